import type { Tool } from "../../tools/contract.ts";
import type { Agent } from "../contract.ts";
import { titleOf } from "../title.ts";
import { check } from "./check.ts";
import type { SolveState } from "./state.ts";
import { think } from "./think.ts";
import { understand } from "./understand.ts";

/** Answers a question, with maths tools where it is about maths: understand → solve → check. */
export const solveAgent = (tools: readonly Tool[]): Agent<SolveState> => ({
  name: "solve",
  title: titleOf,
  begin: ({ message }) => ({ message, language: "en", maths: false, equations: [], answer: "", verified: null }),
  start: "understand",
  nodes: [understand, think(tools), check(tools)],
  result: () => undefined,
  timeoutMs: null,
});
