import { binary, type Expr, negate, number } from "../expression.ts";
import { toText } from "../print.ts";
import { show } from "../show.ts";

/** A sum of many terms need not be spelled out to its end. */
const MAX_LINES = 8;

const integerOf = (expr: Expr): number | null => {
  if (expr.kind === "negate") {
    const value = integerOf(expr.of);
    return value === null ? null : -value;
  }
  return expr.kind === "number" && /^\d{1,12}$/.test(expr.text) ? Number(expr.text) : null;
};

const combine = (op: string, a: number, b: number): number | null => {
  if (op === "+") return a + b;
  if (op === "-") return a - b;
  if (op === "*") return a * b;
  if (op === "/") return b !== 0 && a % b === 0 ? a / b : null;
  return b >= 0 && b <= 20 ? a ** b : null;
};

const asExpr = (value: number): Expr => (value < 0 ? negate(number(-value)) : number(value));

/** Works out the first operation, inside first, whose two numbers give a whole number; null when there is none left. */
const reduce = (expr: Expr): Expr | null => {
  if (expr.kind === "negate") {
    const of = reduce(expr.of);
    return of === null ? null : negate(of);
  }
  if (expr.kind !== "binary") return null;
  const left = reduce(expr.left);
  if (left !== null) return binary(expr.op, left, expr.right);
  const right = reduce(expr.right);
  if (right !== null) return binary(expr.op, expr.left, right);
  const [a, b] = [integerOf(expr.left), integerOf(expr.right)];
  const value = a === null || b === null ? null : combine(expr.op, a, b);
  return value === null || !Number.isSafeInteger(value) ? null : asExpr(value);
};

/** `12·(3 + 4) = 12·7 = 84`: one operation a line while the numbers are whole, then the result. */
export const byHand = (of: Expr, result: string): string => {
  const lines = [toText(of)];
  for (let next = reduce(of); next !== null && lines.length < MAX_LINES; next = reduce(next)) lines.push(toText(next));
  const end = show(result);
  if (lines.at(-1) !== end) lines.push(end);
  return lines.map((line, index) => (index === 0 ? `\`${line}\`` : `= \`${line}\``)).join("\n");
};
