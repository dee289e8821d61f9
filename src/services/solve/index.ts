import { agent, type GraphDefinition } from "../../agents/public.ts";
import { GENERAL_TOOLS } from "../prompt.ts";
import { check } from "./check.ts";
import type { SolveState, VerifySolution } from "./state.ts";
import { think } from "./think.ts";
import { understand } from "./understand.ts";

/** What `solve` needs besides a model and its tools. */
export interface SolveParts {
  readonly verify: VerifySolution;
}

/** Answers a question, and puts the values of an answer into the question's equations: understand → solve → check. */
export const solveAgent = ({ verify }: SolveParts): GraphDefinition<SolveState> =>
  agent({
    description: "Solves problems step by step, with tools for computing.",
    tools: GENERAL_TOOLS,
    begin: ({ message }) => ({ message, language: "en", maths: false, equations: [], answer: "", verified: null }),
    start: "understand",
    nodes: { understand, solve: think, check: check(verify) },
  });
