import type Complex from "complex.js";

/** The value of an unknown: exact as text, and as a number to some 14 digits (NaN when it contains other unknowns). */
export interface Value {
  readonly exact: string;
  readonly number: Complex;
}

/**
 * The result of a solver. `note` says what a list cannot: that everything is a solution, or that nothing is, and why.
 */
export interface Solved {
  readonly solutions: readonly Readonly<Record<string, Value>>[];
  readonly note?: string;
}

/** Formats ten significant digits without trailing zeros, as a plain decimal between 1e-7 and 1e15. */
export const decimal = (x: number): string => {
  if (!Number.isFinite(x)) return String(x);
  const rounded = Number(x.toPrecision(10));
  return Object.is(rounded, -0) ? "0" : String(rounded);
};

/** `1.5`, `2*i`, `-0.5+0.8660254038*i`. */
export const decimalComplex = (z: Complex): string => {
  if (z.im === 0) return decimal(z.re);
  const size = decimal(Math.abs(z.im));
  const unit = size === "1" ? "i" : `${size}*i`;
  if (z.re === 0) return z.im < 0 ? `-${unit}` : unit;
  return `${decimal(z.re)}${z.im < 0 ? "-" : "+"}${unit}`;
};

/** Orders real solutions first, in ascending order, then complex ones by real and imaginary part. */
export const inOrder = (a: Readonly<Record<string, Value>>, b: Readonly<Record<string, Value>>): number => {
  const isComplex = (one: Readonly<Record<string, Value>>): number =>
    Object.values(one).some(({ number }) => number.im !== 0) ? 1 : 0;
  const difference = isComplex(a) - isComplex(b);
  if (difference !== 0) return difference;
  for (const [name, { number }] of Object.entries(a)) {
    const other = b[name]?.number ?? number;
    const step = number.re - other.re || number.im - other.im;
    if (Math.abs(step) > 1e-12) return step;
  }
  return 0;
};

export const same = (a: Readonly<Record<string, Value>>, b: Readonly<Record<string, Value>>): boolean =>
  Object.entries(a).every(([name, value]) => {
    const other = b[name];
    if (other === undefined) return false;
    if (other.exact === value.exact) return true;
    return other.number.sub(value.number).abs() < 1e-9 * Math.max(1, value.number.abs());
  });
