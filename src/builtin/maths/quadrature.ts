/**
 * Transforms `f` to a real function on (0, 1) or (-1, 1) with the same integral; the interval of `f` may be infinite.
 */
const onUnit = (f: (x: number) => number, from: number, to: number): ((t: number, gap: number) => number) => {
  if (Number.isFinite(from) && Number.isFinite(to)) {
    const half = (to - from) / 2;
    // Near an end `gap` keeps the digits that 1 − |t| would lose.
    return (t, gap) => half * f(t < 0 ? from + half * gap : to - half * gap);
  }
  if (Number.isFinite(from)) return (t) => (2 * f(from + (1 + t) / (1 - t))) / (1 - t) ** 2;
  if (Number.isFinite(to)) return (t) => (2 * f(to - (1 - t) / (1 + t))) / (1 + t) ** 2;
  return (t) => (f(t / (1 - t * t)) * (1 + t * t)) / (1 - t * t) ** 2;
};

/** Takahasi and Mori's double exponential rule with step `h`. */
const doubleExponential = (g: (t: number, gap: number) => number, h: number): number => {
  let sum = 0;
  for (let k = -Math.floor(3.4 / h); k * h <= 3.4; k++) {
    const u = (Math.PI / 2) * Math.sinh(k * h);
    const weight = ((Math.PI / 2) * Math.cosh(k * h)) / Math.cosh(u) ** 2;
    const value = g(Math.tanh(u), 2 / (1 + Math.exp(2 * Math.abs(u))));
    if (Number.isFinite(value)) sum += weight * value;
  }
  return sum * h;
};

/** Returns the integral of a real function to about 8 digits. NaN when it diverges or the rule does not converge. */
export const quadrature = (f: (x: number) => number, from: number, to: number): number => {
  if (from === to) return 0;
  if (from > to) return -quadrature(f, to, from);
  const whole = doubleExponential(onUnit(f, from, to), 1 / 64);
  const middle =
    Number.isFinite(from) && Number.isFinite(to)
      ? from + (to - from) * 0.3719
      : Number.isFinite(from)
        ? from + 1.137
        : Number.isFinite(to)
          ? to - 1.137
          : 0.2137;
  const parts = [
    [from, middle],
    [middle, to],
  ] as const;
  const split = parts.reduce((sum, [a, b]) => sum + doubleExponential(onUnit(f, a, b), 1 / 48), 0);
  const close = Math.abs(whole - split) <= 1e-7 * Math.max(1, Math.abs(whole));
  return close && definedThroughout(f, from, to) ? (whole + split) / 2 : Number.NaN;
};

const definedThroughout = (f: (x: number) => number, from: number, to: number): boolean => {
  const [a, b] = [Math.max(from, -50), Math.min(to, 50)];
  for (let n = 1; n < 60; n++) if (Number.isNaN(f(a + ((b - a) * n) / 60.0371))) return false;
  return true;
};
