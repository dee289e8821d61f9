import { calculateTool } from "./calculate.ts";
import type { Tool } from "./contract.ts";
import { plotFunctionTool } from "./plot-function.ts";
import { runJavaScriptTool } from "./run-javascript.ts";
import { solveEquationTool } from "./solve-equation.ts";
import { ToolThread } from "./thread.ts";

/** The tools of the agent `solve`. They share a few threads, which start when they are needed and never keep the process alive. */
export const mathTools = (threads = 2): readonly Tool[] => {
  const shared = new ToolThread(threads);
  return [solveEquationTool(shared), calculateTool(shared), plotFunctionTool(shared), runJavaScriptTool(shared)];
};
