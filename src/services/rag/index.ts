import { Value } from "@sinclair/typebox/value";
import { type Agent, PLAIN_AGENT } from "../../agents/contract.ts";
import { RagOptions } from "../../domain/rag-options.ts";
import { titleOf } from "../../domain/title.ts";
import type { Retrieval } from "../../retrieval/contract.ts";
import { answer } from "./answer.ts";
import { retrieve } from "./retrieve.ts";
import type { RagState } from "./state.ts";

export interface RagParts {
  readonly retrieval: Pick<Retrieval, "search">;
}

/** Answers a question from the user's documents alone: retrieve → answer. */
export const ragAgent = ({ retrieval }: RagParts): Agent<RagState> => ({
  ...PLAIN_AGENT,
  name: "rag",
  description: "Answers a question from the user's documents alone.",
  title: titleOf,
  begin: ({ message, options }) => ({
    ...Value.Parse(RagOptions, options),
    question: message,
    passages: [],
    answer: "",
  }),
  start: "retrieve",
  nodes: [retrieve(retrieval), answer],
  result: () => undefined,
  timeoutMs: null,
});
