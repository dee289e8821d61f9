import { Value } from "@sinclair/typebox/value";
import { agent, type GraphDefinition } from "../../agents/public.ts";
import { RagOptions } from "../../domain/rag-options.ts";
import { answer } from "./answer.ts";
import { retrieve } from "./retrieve.ts";
import type { RagState } from "./state.ts";

/** Answers a question from the user's documents alone: retrieve → answer. */
export const ragAgent = (): GraphDefinition<RagState> =>
  agent({
    description: "Answers a question from the user's documents alone.",
    begin: ({ message, options }) => ({
      ...Value.Parse(RagOptions, options),
      question: message,
      passages: [],
      answer: "",
    }),
    start: "retrieve",
    nodes: { retrieve, answer },
  });
