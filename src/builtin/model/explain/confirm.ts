import { type Expression, unknowns } from "../../../notation/expression.ts";
import { isClose, valueAt } from "../sample.ts";

/** The result of a numerical check of a symbolic answer. `unclear`: at too few points both have values. */
export type Verdict = "confirmed" | "refuted" | "unclear";

const POINTS = [0.37, 0.83, 1.41, 2.23, -0.61, 3.7] as const;

const compare = (pairs: readonly (readonly [number | null, number | null])[], tolerance: number): Verdict => {
  const both = pairs.filter((pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null);
  if (both.length < 2) return "unclear";
  return both.every(([a, b]) => isClose(a, b, tolerance)) ? "confirmed" : "refuted";
};

/** Returns values for all variables: `x` for the variable, fixed ones for the others. */
const around = (exprs: readonly Expression[], variable: string, x: number): Record<string, number> => {
  const others = unknowns(...exprs).filter((name) => name !== variable);
  return { ...Object.fromEntries(others.map((name, index) => [name, 1.1 + index * 0.7])), [variable]: x };
};

const slope = (expr: Expression, exprs: readonly Expression[], variable: string, x: number): number | null => {
  const h = 1e-5;
  const [high, low] = [valueAt(expr, around(exprs, variable, x + h)), valueAt(expr, around(exprs, variable, x - h))];
  return high === null || low === null ? null : (high - low) / (2 * h);
};

/** Checks by difference quotients whether `slopes` is the derivative of `of`. */
export const confirmDerivative = (of: Expression, slopes: Expression, variable: string): Verdict => {
  const both = [of, slopes];
  return compare(
    POINTS.map((x) => [slope(of, both, variable, x), valueAt(slopes, around(both, variable, x))] as const),
    1e-4,
  );
};

/** Checks by values whether both are the same function. */
export const confirmSame = (a: Expression, b: Expression): Verdict => {
  const [variable = "x"] = unknowns(a, b);
  return compare(
    POINTS.map((x) => [valueAt(a, around([a, b], variable, x)), valueAt(b, around([a, b], variable, x))] as const),
    1e-7,
  );
};

/** Checks by Simpson's rule with 400 intervals whether `value` is the integral of `of` from `from` to `to`. */
export const confirmArea = (of: Expression, variable: string, from: number, to: number, value: number): Verdict => {
  const intervals = 400;
  const width = (to - from) / intervals;
  let sum = 0;
  for (let index = 0; index <= intervals; index += 1) {
    const height = valueAt(of, { [variable]: from + index * width });
    if (height === null) return "unclear";
    sum += height * (index === 0 || index === intervals ? 1 : index % 2 === 1 ? 4 : 2);
  }
  const area = (sum * width) / 3;
  // A pole or a fast oscillation between two points misleads the rule, so only agreement is conclusive.
  return isClose(area, value, 1e-4) ? "confirmed" : "unclear";
};
