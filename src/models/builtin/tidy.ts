import { binary, type Expr, negate, number, rewrite } from "./expression.ts";

const isOne = (expr: Expr): boolean => expr.kind === "number" && expr.text === "1";

/** A leading minus taken off: `-x`, `-2*x`, `(-x)*y`, `-x/2`; null when there is none. */
const positive = (expr: Expr): Expr | null => {
  if (expr.kind === "negate") return expr.of;
  if (expr.kind !== "binary" || (expr.op !== "*" && expr.op !== "/")) return null;
  const left = positive(expr.left);
  return left === null ? null : isOne(left) && expr.op === "*" ? expr.right : binary(expr.op, left, expr.right);
};

/** `x^(-2)` as what it divides by; null for any other factor. */
const denominatorOf = (expr: Expr): Expr | null => {
  if (expr.kind !== "binary" || expr.op !== "^") return null;
  const exponent = positive(expr.right);
  if (exponent === null || exponent.kind !== "number") return null;
  return isOne(exponent) ? expr.left : binary("^", expr.left, exponent);
};

const tidyProduct = (left: Expr, right: Expr): Expr => {
  const under = denominatorOf(right);
  if (under !== null) return binary("/", left, under);
  const over = denominatorOf(left);
  if (over !== null) return binary("/", right, over);
  if (isOne(left)) return right;
  // (1/2)*x as x/2, (3/4)*x as 3x/4
  if (left.kind === "binary" && left.op === "/" && left.right.kind === "number") {
    return binary("/", isOne(left.left) ? right : tidyProduct(left.left, right), left.right);
  }
  return right.kind === "number" && left.kind !== "number" ? binary("*", right, left) : binary("*", left, right);
};

const tidyNode = (expr: Expr): Expr => {
  if (expr.kind === "negate") return expr.of.kind === "negate" ? expr.of.of : expr;
  if (expr.kind !== "binary") return expr;
  const { op, left, right } = expr;
  if (op === "^") {
    const under = denominatorOf(expr);
    return under === null ? expr : binary("/", number(1), under);
  }
  if (op === "*" || op === "/") {
    const without = positive(left);
    if (without !== null) return negate(tidyNode(binary(op, without, right)));
    return op === "*" ? tidyProduct(left, right) : expr;
  }
  const subtracted = positive(right);
  if (subtracted !== null) return binary(op === "+" ? "-" : "+", left, subtracted);
  // -2 + x as x - 2
  const first = positive(left);
  if (first !== null && op === "+") return binary("-", right, first);
  return expr;
};

/** The same value as a person would write it: what a computer algebra prints is correct, but in an odd order. */
export const tidy = (expr: Expr): Expr => rewrite(expr, tidyNode);
