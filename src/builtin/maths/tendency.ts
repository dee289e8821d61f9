export type Side = "left" | "right" | "both";

/** Returns points that approach `a` from one side. */
const approach = (a: number, side: "left" | "right", count: number): readonly number[] => {
  if (!Number.isFinite(a)) return Array.from({ length: count }, (_, n) => Math.sign(a) * 8 * 2 ** n);
  const sign = side === "left" ? -1 : 1;
  return Array.from({ length: count }, (_, n) => a + sign * 0.1 * 2 ** -n);
};

const sides = (a: number, side: Side): readonly ("left" | "right")[] =>
  !Number.isFinite(a) ? ["right"] : side === "both" ? ["left", "right"] : [side];

const LEVELS = 28;
/**
 * Several points at each level, so that a single zero of an oscillation, or of cancelled digits, does not pass for
 * convergence.
 */
const JITTER = [1, 1.13, 1.31, 1.47];

/** Whether f(x) tends to `value`, which may be infinite, as x tends to `a`, as far as numbers can show. */
export const tendsTo = (f: (x: number) => number, a: number, side: Side, value: number): boolean =>
  sides(a, side).every((one) => {
    const levels = approach(a, one, LEVELS).map((x) =>
      JITTER.map((by) => f(Number.isFinite(a) ? a + (x - a) / by : x * by)),
    );
    const defined = levels.map((ys) => ys.filter((y) => !Number.isNaN(y))).filter((ys) => ys.length > 0);
    if (defined.length < 6) return false;
    if (!Number.isFinite(value)) return diverges(defined.map((ys) => Math.min(...ys.map((y) => y * Math.sign(value)))));
    return converges(
      defined.map((ys) => Math.max(...ys.map((y) => Math.abs(y - value))) / Math.max(1, Math.abs(value))),
    );
  });

const diverges = (sizes: readonly number[]): boolean =>
  Math.min(...sizes.slice(-4)) > Math.max(3, ...sizes.slice(0, 3)) &&
  sizes.slice(-8).every((size, n, all) => n === 0 || size >= (all[n - 1] ?? 0));

/**
 * Errors must fall ten-thousandfold, and gradually. Cancellation of digits makes them vanish at once, or not at all,
 * and then the numbers prove nothing.
 */
const converges = (errors: readonly number[]): boolean => {
  if (Math.max(...errors.slice(0, 4)) < 1e-9) return true;
  const target = 1e-4 * Math.max(...errors.slice(0, 3));
  const reached = errors.findIndex((error) => error <= target);
  if (reached < 1) return false;
  return errors
    .slice(Math.max(1, reached - 2), reached + 1)
    .every((error, n) => error <= 0.85 * (errors[Math.max(1, reached - 2) + n - 1] ?? 0));
};

/** Neville's extrapolation to h = 0 of the values at h, h/2, h/4 …. NaN when it does not converge. */
const extrapolate = (values: readonly number[]): number => {
  let row = [...values];
  let best = Number.NaN;
  let bestStep = Number.POSITIVE_INFINITY;
  for (let order = 1; row.length > 1; order++) {
    const next = row.slice(1).map((y, n) => y + (y - (row[n] ?? 0)) / (2 ** order - 1));
    for (let n = 1; n < next.length; n++) {
      const step = Math.abs((next[n] ?? Number.NaN) - (next[n - 1] ?? Number.NaN));
      if (step < bestStep) [best, bestStep] = [next[n] ?? Number.NaN, step];
    }
    row = next;
  }
  return bestStep <= 1e-9 * Math.max(1, Math.abs(best)) ? best : Number.NaN;
};

/** Returns the numerical limit, to about 9 digits. NaN when the sides differ or do not converge. */
export const tendency = (f: (x: number) => number, a: number, side: Side): number => {
  const limits = sides(a, side).map((one) => {
    const points = approach(a, one, 16);
    return extrapolate(points.map((x) => f(x)));
  });
  const [first = Number.NaN, second = first] = limits;
  return Math.abs(first - second) <= 1e-7 * Math.max(1, Math.abs(first)) ? first : Number.NaN;
};
