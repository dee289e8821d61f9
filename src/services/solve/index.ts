import type { Agent } from "../../agents/contract.ts";
import { titleOf } from "../title.ts";
import { check } from "./check.ts";
import type { SolveParts } from "./parts.ts";
import type { SolveState } from "./state.ts";
import { think } from "./think.ts";
import { understand } from "./understand.ts";

/** Answers a question, with maths tools when it is about maths: understand → solve → check. */
export const solveAgent = (parts: SolveParts): Agent<SolveState> => ({
  name: "solve",
  title: titleOf,
  begin: ({ message }) => ({ message, language: "en", maths: false, equations: [], answer: "", verified: null }),
  start: "understand",
  nodes: [understand, think(parts.tools), check(parts)],
  result: () => undefined,
  timeoutMs: null,
});
