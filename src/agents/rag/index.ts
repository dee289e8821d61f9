import { Value } from "@sinclair/typebox/value";
import type { Retrieval } from "../../retrieval/contract.ts";
import type { Agent } from "../contract.ts";
import { titleOf } from "../title.ts";
import { answer } from "./answer.ts";
import { retrieve } from "./retrieve.ts";
import { RagOptions, type RagState } from "./state.ts";

/** Answers a question from the user's documents and from nothing else: retrieve → answer. */
export const ragAgent = (retrieval: Pick<Retrieval, "search">): Agent<RagState> => ({
  name: "rag",
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
