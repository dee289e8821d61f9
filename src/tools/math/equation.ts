import { ToolError } from "../contract.ts";
import { fromLatex } from "../latex.ts";
import { parse } from "./expression.ts";
import type { Equation } from "./residual.ts";

/** Reads `lhs = rhs`; a lone expression stands for `expression = 0`. */
export const parseEquation = (text: string): Equation => {
  const sides = fromLatex(text).replaceAll("＝", "=").replaceAll("==", "=").split("=");
  const [left = "", right = "0"] = sides;
  if (sides.length > 2)
    throw new ToolError(`"${text.slice(0, 80)}" has more than one "="; give each equation on its own.`);
  if (/[<>≤≥≠]/u.test(text)) throw new ToolError('Inequalities are not solved here; give equations with one "=".');
  return { left: parse(left), right: parse(right) };
};
