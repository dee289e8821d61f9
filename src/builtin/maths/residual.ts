import Complex from "complex.js";
import { type Equation, type Expression, operation } from "../../notation/expression.ts";
import { compile, type Evaluate } from "./numeric.ts";

export const difference = ({ left, right }: Equation): Expression => operation("-", left, right);

/** Returns the difference of the two sides relative to their size. NaN when a side has no value. */
export const residual = (
  { left, right }: Equation,
  names: readonly string[],
): ((values: readonly Complex[]) => number) => {
  const [l, r]: [Evaluate, Evaluate] = [compile(left, names), compile(right, names)];
  return (values) => {
    const [a, b] = [l(values), r(values)];
    if (!a.isFinite() || !b.isFinite()) return Number.NaN;
    return a.sub(b).abs() / Math.max(1, a.abs(), b.abs());
  };
};

/** Points at which formulas are compared. They are arbitrary, so that agreement at them is not a coincidence. */
const SAMPLES: readonly number[] = [
  0.7390851, 1.3181527, 2.4177312, -0.6112763, -1.8473191, 0.2917453, 5.3711932, 3.0918271,
];
/** Returns the n-th sample for the m-th name. */
const sample = (n: number, m: number): Complex =>
  new Complex((SAMPLES[(n + 3 * m) % SAMPLES.length] ?? 1) + m * 0.137, 0);

/** Null when no sample allows a comparison. */
export const agree = (a: Evaluate, b: Evaluate, names: readonly string[], tolerance = 1e-7): boolean | null => {
  let compared = 0;
  for (let n = 0; n < SAMPLES.length; n++) {
    const point = names.map((_, m) => sample(n, m));
    const [x, y] = [a(point), b(point)];
    if (!x.isFinite() || !y.isFinite()) continue;
    if (x.sub(y).abs() > tolerance * Math.max(1, x.abs(), y.abs())) return false;
    compared++;
  }
  return compared > 0 ? true : null;
};
