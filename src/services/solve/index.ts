import { type Agent, PLAIN_AGENT } from "../../agents/contract.ts";
import { titleOf } from "../../domain/title.ts";
import { check } from "./check.ts";
import type { SolveParts } from "./parts.ts";
import type { SolveState } from "./state.ts";
import { think } from "./think.ts";
import { understand } from "./understand.ts";

/** Answers a question, with maths tools when it is about maths: understand → solve → check. */
export const solveAgent = (parts: SolveParts): Agent<SolveState> => ({
  ...PLAIN_AGENT,
  name: "solve",
  description: "Solves problems step by step, with tools for computing.",
  title: titleOf,
  begin: ({ message }) => ({ message, language: "en", maths: false, equations: [], answer: "", verified: null }),
  start: "understand",
  nodes: [understand, think(parts.tools), check(parts)],
  result: () => undefined,
  timeoutMs: null,
});
