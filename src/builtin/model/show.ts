import type { Equation, Expression } from "../../notation/expression.ts";
import { NotationError } from "../../notation/mistake.ts";
import { equationToText, toText } from "../../notation/print.ts";
import { parseEquation, tryParse } from "../../notation/read.ts";
import { evaluate } from "./evaluate.ts";
import { tidy } from "./tidy.ts";

/** A formula from a tool's output as a tree; null when it cannot be read. */
export const readTool = tryParse;

/** An equation as a tool wrote it; null when it is none. */
export const readToolEquation = (text: string): Equation | null => {
  if (text.length > 2000 || !text.includes("=")) return null;
  try {
    return parseEquation(text);
  } catch (error) {
    if (error instanceof NotationError) return null;
    throw error;
  }
};

/** A formula as a tool wrote it, for people; what cannot be read is shown as it came, without signs that Markdown eats. */
export const show = (text: string): string => {
  const equation = readToolEquation(text);
  if (equation !== null) return equationToText({ left: tidy(equation.left), right: tidy(equation.right) });
  const expr = readTool(text);
  return expr === null ? text.replaceAll("*", "·") : toText(tidy(expr));
};

/** Six significant decimals, without trailing zeros. */
export const decimals = (value: number): string => {
  const rounded = Number(value.toPrecision(7));
  return String(Object.is(rounded, -0) ? 0 : rounded);
};

/** Irrational as far as one sees: a root, a function or a constant such as π is left in it. */
export const isIrrational = (expr: Expression): boolean => {
  switch (expr.kind) {
    case "number":
      return false;
    case "name":
      return expr.name !== "i" && expr.name !== "Infinity";
    case "call":
      return true;
    case "operation":
      return isIrrational(expr.left) || isIrrational(expr.right) || (expr.sign === "^" && expr.right.kind !== "number");
    default:
      return isIrrational(expr.of);
  }
};

/** `1.414214` where the exact value is real and irrational; null for any other. */
export const approximation = (text: string): string | null => {
  const expr = readTool(text);
  if (expr === null || !isIrrational(expr)) return null;
  const value = evaluate(expr);
  return value === null || Math.abs(value.im) > 1e-12 ? null : decimals(value.re);
};
