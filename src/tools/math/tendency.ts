export type Side = "left" | "right" | "both";

/** Points ever nearer to `a` from one side. */
const approach = (a: number, side: "left" | "right", count: number): readonly number[] => {
  if (!Number.isFinite(a)) return Array.from({ length: count }, (_, n) => Math.sign(a) * 8 * 2 ** n);
  const sign = side === "left" ? -1 : 1;
  return Array.from({ length: count }, (_, n) => a + sign * 0.1 * 2 ** -n);
};

const sides = (a: number, side: Side): readonly ("left" | "right")[] =>
  !Number.isFinite(a) ? ["right"] : side === "both" ? ["left", "right"] : [side];

/** Whether f(x), as far as numbers can show, tends to `value` (which may be infinite) as x tends to `a`. */
export const tendsTo = (f: (x: number) => number, a: number, side: Side, value: number): boolean =>
  sides(a, side).every((one) => {
    const values = approach(a, one, Number.isFinite(a) ? 14 : 28)
      .map((x) => f(x))
      .filter((y) => !Number.isNaN(y));
    if (values.length < 6) return false;
    const [early, late] = [values.slice(0, 3), values.slice(-4)];
    if (!Number.isFinite(value)) {
      const grows =
        Math.min(...late.map((y) => y * Math.sign(value))) > Math.max(...early.map((y) => y * Math.sign(value)));
      return grows && late.every((y) => y * Math.sign(value) > 3);
    }
    const errors = (of: readonly number[]): readonly number[] =>
      of.map((y) => Math.abs(y - value) / Math.max(1, Math.abs(value)));
    const [first, last] = [Math.max(...errors(early)), Math.max(...errors(late))];
    return last < 0.05 && (last < 1e-6 || last < 0.7 * first);
  });

/** Neville's extrapolation to h = 0 of values at h, h/2, h/4 …; NaN when it does not settle. */
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

/** The limit as numbers show it, to about 9 digits; NaN when the sides differ or nothing settles. */
export const tendency = (f: (x: number) => number, a: number, side: Side): number => {
  const limits = sides(a, side).map((one) => {
    const points = approach(a, one, 16);
    return extrapolate(points.map((x) => f(x)));
  });
  const [first = Number.NaN, second = first] = limits;
  return Math.abs(first - second) <= 1e-7 * Math.max(1, Math.abs(first)) ? first : Number.NaN;
};
