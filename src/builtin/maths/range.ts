import type { Expression } from "../../notation/expression.ts";
import { compileReal } from "./numeric.ts";

/** An interval that contains the real values of an expression. `open` ends are excluded. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
}

const ALL: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, lowOpen: false };
const from = (low: number, lowOpen = false): Range => ({ low, high: Number.POSITIVE_INFINITY, lowOpen });
const between = (low: number, high: number): Range => ({ low, high, lowOpen: false });

const constant = (of: Expression): number | null => {
  try {
    const value = compileReal(of, [])();
    return Number.isFinite(value) ? value : null;
  } catch {
    return null;
  }
};
const sum = (a: Range, b: Range): Range => ({
  low: a.low + b.low,
  high: a.high + b.high,
  lowOpen: a.lowOpen || b.lowOpen,
});
/** An open end that would become the upper end is treated as closed, which only widens the range. */
const times = (a: Range, by: number): Range =>
  by > 0
    ? { low: a.low * by, high: a.high * by, lowOpen: a.lowOpen }
    : by < 0
      ? between(a.high * by, a.low * by)
      : between(0, 0);

/**
 * Bounds the real values of an expression for all values of its unknowns, by interval arithmetic: never too narrow,
 * often too wide.
 */
const rangeOf = (of: Expression): Range => {
  const value = constant(of);
  if (value !== null) return between(value, value);
  switch (of.kind) {
    case "negative":
      return times(rangeOf(of.of), -1);
    case "call": {
      if (of.name === "sqrt" || of.name === "abs") return from(0);
      if (of.name === "exp" || of.name === "cosh") return from(of.name === "exp" ? 0 : 1, of.name === "exp");
      return of.name === "sin" || of.name === "cos" ? between(-1, 1) : ALL;
    }
    case "operation":
      return ofOperation(of);
    default:
      return ALL;
  }
};

const ofOperation = ({ sign, left, right }: Extract<Expression, { kind: "operation" }>): Range => {
  if (sign === "+") return sum(rangeOf(left), rangeOf(right));
  if (sign === "-") return sum(rangeOf(left), times(rangeOf(right), -1));
  const [a, b] = [constant(left), constant(right)];
  if (sign === "*") return a !== null ? times(rangeOf(right), a) : b !== null ? times(rangeOf(left), b) : ALL;
  if (sign === "/") return b !== null && b !== 0 ? times(rangeOf(left), 1 / b) : ALL;
  if (a !== null && a > 0) return from(0, true);
  // Conventions differ on x^(1/3) of a negative number, but not on an even power or a square root.
  return b !== null && b > 0 && (b % 2 === 0 || b % 1 === 0.5) ? from(0) : ALL;
};

/** The least distance of a bound from zero that rounding cannot explain. */
const MARGIN = 1e-9;

/** Whether the expression is proved not to be zero for any real values of its unknowns. */
export const isNeverZero = (of: Expression): boolean => {
  const { low, high, lowOpen } = rangeOf(of);
  return low > MARGIN || high < -MARGIN || (low === 0 && lowOpen);
};
