import type { Tool } from "../../tools/contract.ts";
import { calculateTool } from "./calculate.ts";
import { mathsWorkers } from "./maths-workers.ts";
import { plotFunctionTool } from "./plot-function.ts";
import { solveEquationTool } from "./solve-equation.ts";

/** Returns the maths tools. They share their workers. */
export const mathsTools = (workers = 2): readonly Tool[] => {
  const shared = mathsWorkers(workers);
  return [solveEquationTool(shared), calculateTool(shared), plotFunctionTool(shared)];
};
