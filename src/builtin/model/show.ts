import type { Equation, Expression } from "../../notation/expression.ts";
import { NotationError } from "../../notation/mistake.ts";
import { equationToText, toText } from "../../notation/print.ts";
import { parseEquation, tryParse } from "../../notation/read.ts";
import { evaluate } from "./evaluate.ts";
import { tidy } from "./tidy.ts";

/** Parses a formula of a tool's output. Null when it cannot be read. */
export const readTool = tryParse;

/** Parses an equation of a tool's output. Null when it is not one. */
export const readToolEquation = (text: string): Equation | null => {
  if (text.length > 2000 || !text.includes("=")) return null;
  try {
    return parseEquation(text);
  } catch (error) {
    if (error instanceof NotationError) return null;
    throw error;
  }
};

/**
 * Formats a tool's formula for people. If it cannot be read, it is shown unchanged but for characters that Markdown
 * interprets.
 */
export const show = (text: string): string => {
  const equation = readToolEquation(text);
  if (equation !== null) return equationToText({ left: tidy(equation.left), right: tidy(equation.right) });
  const expr = readTool(text);
  return expr === null ? text.replaceAll("*", "·") : toText(tidy(expr));
};

/** Formats seven significant digits without trailing zeros. */
export const decimals = (value: number): string => {
  const rounded = Number(value.toPrecision(7));
  return String(Object.is(rounded, -0) ? 0 : rounded);
};

/** Irrational by its form: it contains a root, a function or a constant such as π. */
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

/** Returns `1.414214` when the exact value is real and irrational. Null for any other. */
export const approximation = (text: string): string | null => {
  const expr = readTool(text);
  if (expr === null || !isIrrational(expr)) return null;
  const value = evaluate(expr);
  return value === null || Math.abs(value.im) > 1e-12 ? null : decimals(value.re);
};
