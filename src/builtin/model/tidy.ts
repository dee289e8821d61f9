import { type Expression, negative, number, operation, rewrite, unknowns } from "../../notation/expression.ts";

const isOne = (expr: Expression): boolean => expr.kind === "number" && expr.text === "1";

/** Returns the expression without its minus: of `-x`, `-2*x`, `(-x)*y`, `-x/2`. Null when it has none. */
const positive = (expr: Expression): Expression | null => {
  if (expr.kind === "negative") return expr.of;
  if (expr.kind !== "operation" || (expr.sign !== "*" && expr.sign !== "/")) return null;
  const left = positive(expr.left);
  if (left === null) return null;
  return isOne(left) && expr.sign === "*" ? expr.right : operation(expr.sign, left, expr.right);
};

/** Returns the denominator that `x^(-2)` stands for. Null for any other factor. */
const denominatorOf = (expr: Expression): Expression | null => {
  if (expr.kind !== "operation" || expr.sign !== "^") return null;
  const exponent = positive(expr.right);
  if (exponent === null || exponent.kind !== "number") return null;
  return isOne(exponent) ? expr.left : operation("^", expr.left, exponent);
};

const factorsOf = (expr: Expression): Expression[] =>
  expr.kind === "operation" && expr.sign === "*" ? [...factorsOf(expr.left), ...factorsOf(expr.right)] : [expr];

/** Numbers, then powers of variables, then exponentials, then functions, then sums. */
const rankOf = (factor: Expression): number => {
  if (unknowns(factor).length === 0) return 0;
  if (factor.kind === "name") return 1;
  if (factor.kind === "call") return 3;
  if (factor.kind !== "operation" || factor.sign !== "^") return 4;
  if (factor.left.kind === "name") return unknowns(factor.left).length > 0 ? 1 : 2;
  return factor.left.kind === "call" ? 3 : 4;
};

/** Orders the factors as people write them. A product of numbers alone is unchanged. */
const product = (factors: readonly Expression[]): Expression => {
  const varies = factors.some((factor) => unknowns(factor).length > 0);
  const remaining = varies ? factors.filter((factor) => !isOne(factor)).sort((a, b) => rankOf(a) - rankOf(b)) : factors;
  return remaining.reduce((left, right) => operation("*", left, right));
};

const tidyProduct = (left: Expression, right: Expression): Expression => {
  const under = denominatorOf(right);
  if (under !== null) return operation("/", left, under);
  const over = denominatorOf(left);
  if (over !== null) return operation("/", right, over);
  // (1/2)*x becomes x/2, (3/4)*x becomes 3x/4.
  if (left.kind === "operation" && left.sign === "/" && left.right.kind === "number") {
    return operation("/", isOne(left.left) ? right : tidyProduct(left.left, right), left.right);
  }
  return product([...factorsOf(left), ...factorsOf(right)]);
};

interface Term {
  readonly isNegative: boolean;
  readonly of: Expression;
}

const termsOf = (expr: Expression, isNegative: boolean): Term[] => {
  if (expr.kind === "negative") return [{ isNegative: !isNegative, of: expr.of }];
  if (expr.kind !== "operation" || (expr.sign !== "+" && expr.sign !== "-")) return [{ isNegative, of: expr }];
  return [...termsOf(expr.left, isNegative), ...termsOf(expr.right, expr.sign === "-" ? !isNegative : isNegative)];
};

/** Returns the degree of a term of a polynomial such as `3*x^2*y`. Null for any other term. */
const degreeOf = (term: Expression): number | null => {
  let degree = 0;
  const top = term.kind === "operation" && term.sign === "/" && term.right.kind === "number" ? term.left : term;
  for (const factor of factorsOf(top)) {
    if (factor.kind === "name") degree += 1;
    else if (
      factor.kind === "operation" &&
      factor.sign === "^" &&
      factor.left.kind === "name" &&
      factor.right.kind === "number"
    ) {
      degree += Number(factor.right.text);
    } else if (factor.kind !== "number") return null;
  }
  return degree;
};

/** Orders a polynomial from its highest power down. Any other sum stays, except that it does not begin with a minus. */
const tidySum = (expr: Expression): Expression => {
  const terms = termsOf(expr, false);
  const degrees = new Map(terms.map(({ of }) => [of, degreeOf(of)]));
  const isPolynomial = [...degrees.values()].every((degree) => degree !== null) && unknowns(expr).length > 0;
  const ordered = isPolynomial
    ? terms.toSorted((a, b) => (degrees.get(b.of) ?? 0) - (degrees.get(a.of) ?? 0))
    : [...terms];
  if (!isPolynomial && ordered[0]?.isNegative) {
    const at = ordered.findIndex(({ isNegative }) => !isNegative);
    if (at > 0) ordered.unshift(...ordered.splice(at, 1));
  }
  return ordered
    .map(({ isNegative, of }) => (isNegative ? negative(of) : of))
    .reduce((left, right) =>
      right.kind === "negative" ? operation("-", left, right.of) : operation("+", left, right),
    );
};

const tidyNode = (expr: Expression): Expression => {
  if (expr.kind === "negative") return expr.of.kind === "negative" ? expr.of.of : expr;
  if (expr.kind !== "operation") return expr;
  const { sign: op, left, right } = expr;
  if (op === "^") {
    const under = denominatorOf(expr);
    return under === null ? expr : operation("/", number(1), under);
  }
  if (op === "+" || op === "-") {
    const subtracted = positive(right);
    return tidySum(subtracted === null ? expr : operation(op === "+" ? "-" : "+", left, subtracted));
  }
  const without = positive(left);
  if (without !== null) return negative(tidyNode(operation(op, without, right)));
  return op === "*" ? tidyProduct(left, right) : expr;
};

/**
 * Returns an equal expression as people would write it: the output of computer algebra is correct but oddly ordered.
 */
export const tidy = (expr: Expression): Expression => rewrite(expr, tidyNode);
