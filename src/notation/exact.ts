import type { Expression } from "./expression.ts";
import * as Q from "./rational.ts";

const MAX_EXPONENT = 1_000;
const MAX_CHARS = 400;

/**
 * Returns the rational value of an expression of short numbers, `+ - * / ^` and whole exponents. Null for any other.
 */
export const rationalOf = (expression: Expression): Q.Rational | null => {
  switch (expression.kind) {
    case "number":
      return expression.text.length <= MAX_CHARS && !/e[+-]?\d{4}/i.test(expression.text)
        ? Q.fromDecimal(expression.text)
        : null;
    case "negative": {
      const of = rationalOf(expression.of);
      return of && Q.negate(of);
    }
    case "operation": {
      const [left, right] = [rationalOf(expression.left), rationalOf(expression.right)];
      return left && right && combined(expression.sign, left, right);
    }
    default:
      return null;
  }
};

const combined = (sign: string, left: Q.Rational, right: Q.Rational): Q.Rational | null => {
  if (sign === "+") return Q.add(left, right);
  if (sign === "-") return Q.add(left, Q.negate(right));
  if (sign === "*") return Q.multiply(left, right);
  if (sign === "/") return right.n === 0n ? null : Q.divide(left, right);
  const isShort = right.d === 1n && right.n <= MAX_EXPONENT && right.n >= -MAX_EXPONENT;
  const digits = Number(right.n < 0n ? -right.n : right.n) * `${left.n}${left.d}`.length;
  if (!isShort || digits > 4 * MAX_EXPONENT || (left.n === 0n && right.n <= 0n)) return null;
  return Q.power(left, Number(right.n));
};
