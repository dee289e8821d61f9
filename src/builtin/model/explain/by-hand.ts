import { type Expression, negative, number, operation } from "../../../notation/expression.ts";
import { toText } from "../../../notation/print.ts";
import { show } from "../show.ts";
import { tidy } from "../tidy.ts";

/** The most lines: a sum of many terms need not be worked out to its end. */
const MAX_LINES = 8;

const integerOf = (expr: Expression): number | null => {
  if (expr.kind === "negative") {
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

const asExpr = (value: number): Expression => (value < 0 ? negative(number(-value)) : number(value));

/** Computes the innermost first operation whose two numbers give a whole number. Null when none is left. */
const reduce = (expr: Expression): Expression | null => {
  if (expr.kind === "negative") {
    const of = reduce(expr.of);
    return of === null ? null : negative(of);
  }
  if (expr.kind !== "operation") return null;
  const left = reduce(expr.left);
  if (left !== null) return operation(expr.sign, left, expr.right);
  const right = reduce(expr.right);
  if (right !== null) return operation(expr.sign, expr.left, right);
  const [a, b] = [integerOf(expr.left), integerOf(expr.right)];
  const value = a === null || b === null ? null : combine(expr.sign, a, b);
  return value === null || !Number.isSafeInteger(value) ? null : asExpr(value);
};

interface Fraction {
  readonly top: number;
  readonly bottom: number;
}

/** Returns the terms of a sum of whole numbers and fractions. Null for anything else. */
const fractionsIn = (expr: Expression): readonly Fraction[] | null => {
  if (expr.kind === "operation" && (expr.sign === "+" || expr.sign === "-")) {
    const [left, right] = [fractionsIn(expr.left), fractionsIn(expr.right)];
    if (left === null || right === null) return null;
    return [...left, ...right.map(({ top, bottom }) => ({ top: expr.sign === "-" ? -top : top, bottom }))];
  }
  const whole = integerOf(expr);
  if (whole !== null) return [{ top: whole, bottom: 1 }];
  if (expr.kind !== "operation" || expr.sign !== "/") return null;
  const [top, bottom] = [integerOf(expr.left), integerOf(expr.right)];
  return top === null || bottom === null || bottom <= 0 ? null : [{ top, bottom }];
};

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Returns `2/6 + 1/6` and `3/6` for `1/3 + 1/6`. Empty when there are no fractions to add. */
const overOneDenominator = (of: Expression): readonly string[] => {
  const fractions = fractionsIn(of);
  if (fractions === null || fractions.length < 2 || fractions.every(({ bottom }) => bottom === 1)) return [];
  const common = fractions.reduce((all, { bottom }) => (all / gcd(all, bottom)) * bottom, 1);
  const tops = fractions.map(({ top, bottom }) => top * (common / bottom));
  if (common > 1e6 || !tops.every(Number.isSafeInteger)) return [];
  const sum = tops
    .map((top) => operation("/", asExpr(top), number(common)))
    .reduce((left, right) => operation("+", left, right));
  return [toText(tidy(sum)), `${tops.reduce((total, top) => total + top, 0)}/${common}`];
};

/**
 * Works out `12·(3 + 4) = 12·7 = 84`: one operation a line while the numbers are whole, then the result. Empty when
 * that is a single line.
 */
export const byHand = (of: Expression, result: string): string => {
  const lines = [toText(of)];
  for (let next = reduce(of); next !== null && lines.length < MAX_LINES; next = reduce(next)) lines.push(toText(next));
  lines.push(...overOneDenominator(of), show(result));
  const distinct = lines.filter((line, index) => line !== lines[index - 1]);
  if (distinct.length === 1) return "";
  return distinct.map((line, index) => (index === 0 ? `\`${line}\`` : `= \`${line}\``)).join("\n");
};
