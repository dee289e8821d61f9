import type { Tool } from "../../tools/contract.ts";
import type { Agent } from "../contract.ts";
import { check } from "./check.ts";
import type { SolveState } from "./state.ts";
import { think } from "./think.ts";
import { understand } from "./understand.ts";

const MAX_TITLE = 80;

/** Answers a question, with maths tools where it is about maths: understand → solve → check. */
export const solveAgent = (tools: readonly Tool[]): Agent<SolveState> => ({
  name: "solve",
  title: ({ message }) => [...message.replace(/\s+/g, " ").trim()].slice(0, MAX_TITLE).join(""),
  begin: ({ message }) => ({ message, language: "en", maths: false, equations: [], answer: "", verified: null }),
  start: "understand",
  nodes: [understand, think(tools), check(tools)],
  result: () => undefined,
  timeoutMs: null,
});
