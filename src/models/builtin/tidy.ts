import { binary, type Expr, negate, number, rewrite, variablesOf } from "./expression.ts";

const isOne = (expr: Expr): boolean => expr.kind === "number" && expr.text === "1";

/** The same without its minus: of `-x`, `-2*x`, `(-x)*y`, `-x/2`; null when there is none. */
const positive = (expr: Expr): Expr | null => {
  if (expr.kind === "negate") return expr.of;
  if (expr.kind !== "binary" || (expr.op !== "*" && expr.op !== "/")) return null;
  const left = positive(expr.left);
  if (left === null) return null;
  return isOne(left) && expr.op === "*" ? expr.right : binary(expr.op, left, expr.right);
};

/** What `x^(-2)` divides by; null for any other factor. */
const denominatorOf = (expr: Expr): Expr | null => {
  if (expr.kind !== "binary" || expr.op !== "^") return null;
  const exponent = positive(expr.right);
  if (exponent === null || exponent.kind !== "number") return null;
  return isOne(exponent) ? expr.left : binary("^", expr.left, exponent);
};

const factorsOf = (expr: Expr): Expr[] =>
  expr.kind === "binary" && expr.op === "*" ? [...factorsOf(expr.left), ...factorsOf(expr.right)] : [expr];

/** Numbers, then powers of variables, then exponentials, then functions, then sums. */
const rankOf = (factor: Expr): number => {
  if (variablesOf(factor).length === 0) return 0;
  if (factor.kind === "symbol") return 1;
  if (factor.kind === "call") return 3;
  if (factor.kind !== "binary" || factor.op !== "^") return 4;
  if (factor.left.kind === "symbol") return variablesOf(factor.left).length > 0 ? 1 : 2;
  return factor.left.kind === "call" ? 3 : 4;
};

/** The factors in the order of a hand; a product of mere numbers stays as it is. */
const product = (factors: readonly Expr[]): Expr => {
  const varies = factors.some((factor) => variablesOf(factor).length > 0);
  const kept = varies ? factors.filter((factor) => !isOne(factor)).sort((a, b) => rankOf(a) - rankOf(b)) : factors;
  return kept.reduce((left, right) => binary("*", left, right));
};

const tidyProduct = (left: Expr, right: Expr): Expr => {
  const under = denominatorOf(right);
  if (under !== null) return binary("/", left, under);
  const over = denominatorOf(left);
  if (over !== null) return binary("/", right, over);
  // (1/2)*x as x/2, (3/4)*x as 3x/4
  if (left.kind === "binary" && left.op === "/" && left.right.kind === "number") {
    return binary("/", isOne(left.left) ? right : tidyProduct(left.left, right), left.right);
  }
  return product([...factorsOf(left), ...factorsOf(right)]);
};

interface Term {
  readonly negative: boolean;
  readonly of: Expr;
}

const termsOf = (expr: Expr, negative: boolean): Term[] => {
  if (expr.kind === "negate") return [{ negative: !negative, of: expr.of }];
  if (expr.kind !== "binary" || (expr.op !== "+" && expr.op !== "-")) return [{ negative, of: expr }];
  return [...termsOf(expr.left, negative), ...termsOf(expr.right, expr.op === "-" ? !negative : negative)];
};

/** The degree of a term of a polynomial such as `3*x^2*y`; null for any other term. */
const degreeOf = (term: Expr): number | null => {
  let degree = 0;
  const top = term.kind === "binary" && term.op === "/" && term.right.kind === "number" ? term.left : term;
  for (const factor of factorsOf(top)) {
    if (factor.kind === "symbol") degree += 1;
    else if (
      factor.kind === "binary" &&
      factor.op === "^" &&
      factor.left.kind === "symbol" &&
      factor.right.kind === "number"
    ) {
      degree += Number(factor.right.text);
    } else if (factor.kind !== "number") return null;
  }
  return degree;
};

/** A polynomial from its highest power down; any other sum as it is, but for a minus that would stand first. */
const tidySum = (expr: Expr): Expr => {
  const terms = termsOf(expr, false);
  const degrees = new Map(terms.map(({ of }) => [of, degreeOf(of)]));
  const isPolynomial = [...degrees.values()].every((degree) => degree !== null) && variablesOf(expr).length > 0;
  const ordered = isPolynomial
    ? terms.toSorted((a, b) => (degrees.get(b.of) ?? 0) - (degrees.get(a.of) ?? 0))
    : [...terms];
  if (!isPolynomial && ordered[0]?.negative) {
    const at = ordered.findIndex(({ negative }) => !negative);
    if (at > 0) ordered.unshift(...ordered.splice(at, 1));
  }
  return ordered
    .map(({ negative, of }) => (negative ? negate(of) : of))
    .reduce((left, right) => (right.kind === "negate" ? binary("-", left, right.of) : binary("+", left, right)));
};

const tidyNode = (expr: Expr): Expr => {
  if (expr.kind === "negate") return expr.of.kind === "negate" ? expr.of.of : expr;
  if (expr.kind !== "binary") return expr;
  const { op, left, right } = expr;
  if (op === "^") {
    const under = denominatorOf(expr);
    return under === null ? expr : binary("/", number(1), under);
  }
  if (op === "+" || op === "-") {
    const subtracted = positive(right);
    return tidySum(subtracted === null ? expr : binary(op === "+" ? "-" : "+", left, subtracted));
  }
  const without = positive(left);
  if (without !== null) return negate(tidyNode(binary(op, without, right)));
  return op === "*" ? tidyProduct(left, right) : expr;
};

/** The same value as a person would write it: what a computer algebra prints is correct, but in an odd order. */
export const tidy = (expr: Expr): Expr => rewrite(expr, tidyNode);
