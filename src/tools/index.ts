import type { Tool } from "./contract.ts";
import { javaScriptWorkers } from "./javascript/javascript-workers.ts";
import { runJavaScriptTool } from "./javascript/run-javascript.ts";

export interface ToolParts {
  /** Workers that compute for one tool, at most. */
  readonly workers: number;
}

/** Every tool that agents may be given, besides the maths of the built-in model. */
export const toolsFrom = ({ workers }: ToolParts): readonly Tool[] => [runJavaScriptTool(javaScriptWorkers(workers))];
