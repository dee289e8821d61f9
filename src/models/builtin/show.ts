import { evaluate } from "./evaluate.ts";
import type { Expr } from "./expression.ts";
import { lex } from "./lex.ts";
import { parse, parseEquation } from "./parse.ts";
import { equationToText, toText } from "./print.ts";
import { tidy } from "./tidy.ts";

/** Tools write the natural logarithm `log`, and that to base 10 `log10`. */
const inOurNames = (text: string): string => text.replace(/\blog10\(/g, "lg(").replace(/\blog\(/g, "ln(");

/** A formula from a tool's output as a tree; null when it cannot be read. */
export const readTool = (text: string): Expr | null => parse(inOurNames(text));

/** A formula as a tool wrote it, for people; what cannot be read is shown as it came, without signs that Markdown eats. */
export const show = (text: string): string => {
  const equation = text.length > 2000 ? null : parseEquation(lex(inOurNames(text)));
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
export const isIrrational = (expr: Expr): boolean => {
  switch (expr.kind) {
    case "number":
      return false;
    case "symbol":
      return expr.name !== "i" && expr.name !== "Infinity";
    case "call":
      return true;
    case "binary":
      return isIrrational(expr.left) || isIrrational(expr.right) || (expr.op === "^" && expr.right.kind !== "number");
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
