import type { Tool } from "./contract.ts";
import { javaScriptWorkers } from "./javascript/javascript-workers.ts";
import { runJavaScriptTool } from "./javascript/run-javascript.ts";

export interface ToolParts {
  /** The most workers of one tool. */
  readonly workers: number;
}

/** Returns every tool that agents may be given, besides the maths tools of the built-in model. */
export const toolsFrom = ({ workers }: ToolParts): readonly Tool[] => [runJavaScriptTool(javaScriptWorkers(workers))];
