import type { Expression } from "../../notation/expression.ts";
import { compileReal } from "./numeric.ts";

/** The real values that something may have lie between these; `open` ends are not among them. */
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
/** Open ends are forgotten where they would be upper ends: that only makes the range wider. */
const times = (a: Range, by: number): Range =>
  by > 0
    ? { low: a.low * by, high: a.high * by, lowOpen: a.lowOpen }
    : by < 0
      ? between(a.high * by, a.low * by)
      : between(0, 0);

/** Where the real values of an expression lie, whatever its unknowns are, by interval arithmetic: never too narrow, often too wide. */
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
  // x^(1/3) of a negative number is a matter of taste; an even power and a square root are not.
  return b !== null && b > 0 && (b % 2 === 0 || b % 1 === 0.5) ? from(0) : ALL;
};

/** How far a bound must be from zero, so that rounding does not put it there. */
const MARGIN = 1e-9;

/** Whether it is proved to be zero for no real value of its unknowns. */
export const isNeverZero = (of: Expression): boolean => {
  const { low, high, lowOpen } = rangeOf(of);
  return low > MARGIN || high < -MARGIN || (low === 0 && lowOpen);
};
