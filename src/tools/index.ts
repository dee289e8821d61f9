import { calculateTool } from "./calculate.ts";
import type { Tool } from "./contract.ts";
import { plotFunctionTool } from "./plot-function.ts";
import { runJavaScriptTool } from "./run-javascript.ts";
import { solveEquationTool } from "./solve-equation.ts";
import { ToolThread } from "./thread.ts";

/** The tools of the agent `solve`. They share one thread, which starts with the first call and never keeps the process alive. */
export const mathTools = (): readonly Tool[] => {
  const thread = new ToolThread();
  return [solveEquationTool(thread), calculateTool(thread), plotFunctionTool(thread), runJavaScriptTool(thread)];
};
