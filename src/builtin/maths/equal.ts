import { type Expression, unknowns } from "../../notation/expression.ts";
import { show } from "../../notation/rational.ts";
import { compile } from "./numeric.ts";
import { asFraction, multiply } from "./polynomial.ts";
import { agree } from "./residual.ts";

/**
 * Tests whether two expressions are equal. Rational functions of at most one unknown are compared exactly, since a
 * wrong digit far to the right would pass for rounding; others by their values. False also when it cannot be decided.
 */
export const isEqual = (a: Expression, b: Expression): boolean => {
  const names = [...new Set([...unknowns(a), ...unknowns(b)])];
  if (names.length <= 1) {
    const [p, q] = [asFraction(a, names[0] ?? ""), asFraction(b, names[0] ?? "")];
    if (p && q) {
      const [left, right] = [multiply(p.top, q.bottom), multiply(q.top, p.bottom)];
      return left.map(show).join() === right.map(show).join();
    }
  }
  try {
    return agree(compile(a, names), compile(b, names), names) === true;
  } catch {
    return false;
  }
};
