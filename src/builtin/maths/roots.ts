import Complex from "complex.js";
import * as Q from "../../notation/rational.ts";
import { degree, derivative, divide, type Polynomial, primitive, squareFree } from "./polynomial.ts";

/** One root: its exact text when there is a short one, and its value. */
export interface Root {
  readonly exact: string | null;
  readonly value: Complex;
}

const evaluate = (coefficients: readonly number[], z: Complex): Complex =>
  coefficients.reduceRight((sum, c) => sum.mul(z).add(c), new Complex(0, 0));

/**
 * Finds all roots of a square-free polynomial at once (Durand and Kerner), then refines them by Newton's method. About
 * 14 digits.
 */
const approximateRoots = (p: Polynomial): readonly Complex[] => {
  const lead = p[p.length - 1] ?? Q.ONE;
  const monic = p.map((c) => Q.toNumber(Q.divide(c, lead)));
  const slope = derivative(p).map((c) => Q.toNumber(Q.divide(c, lead)));
  const radius = 1 + Math.max(...monic.slice(0, -1).map(Math.abs));
  const spread = Math.min(
    radius,
    Math.max(...monic.slice(0, -1).map((c, n) => 2 * Math.abs(c) ** (1 / (monic.length - 1 - n)))),
  );
  let roots = Array.from(
    { length: degree(p) },
    (_, n) => new Complex({ abs: spread * 0.7, arg: (2 * Math.PI * n) / degree(p) + 0.4 }),
  );
  for (let round = 0; round < 400; round++) {
    let moved = 0;
    roots = roots.map((z, n) => {
      const others = roots.reduce(
        (product, other, m) => (m === n ? product : product.mul(z.sub(other))),
        new Complex(1, 0),
      );
      const step = evaluate(monic, z).div(others);
      if (!step.isFinite()) return z.add(1e-3);
      moved = Math.max(moved, step.abs() / Math.max(1, z.abs()));
      return z.sub(step);
    });
    if (moved < 1e-14) break;
  }
  return roots.map((start) => {
    let z = start;
    for (let n = 0; n < 3; n++) {
      const step = evaluate(monic, z).div(evaluate(slope, z));
      if (step.isFinite() && step.abs() < 1e-4 * Math.max(1, z.abs())) z = z.sub(step);
    }
    const isReal = Math.abs(z.im) < 1e-10 * Math.max(1, z.abs());
    const isImaginary = Math.abs(z.re) < 1e-10 * Math.max(1, z.abs());
    return new Complex(isImaginary && !isReal ? 0 : z.re, isReal ? 0 : z.im);
  });
};

const over = (text: string, d: bigint): string => (d === 1n ? text : `${text}/${d}`);
const times = (factor: bigint, text: string): string =>
  factor === 1n ? text : factor === -1n ? `-${text}` : `${factor}*${text}`;

/** Formats (b ± √D)/d: `(1+sqrt(5))/2`, `-1/2+…`, `1/2*i`, `sqrt(2)/2`. */
const surd = (b: bigint, factor: bigint, inner: bigint, imaginary: boolean, d: bigint): string => {
  const common = Q.bigGcd(Q.bigGcd(b, factor), d);
  const [p, q, r] = [b / common, factor / common, d / common];
  if (inner === 1n) {
    const part = Q.rational(q, r);
    const size = part.n < 0n ? Q.negate(part) : part;
    const unit = size.n === 1n && size.d === 1n ? "i" : `${Q.show(size)}*i`;
    if (p === 0n) return part.n < 0n ? `-${unit}` : unit;
    return `${Q.show(Q.rational(p, r))}${part.n < 0n ? "-" : "+"}${unit}`;
  }
  const radical = imaginary ? `sqrt(${inner})*i` : `sqrt(${inner})`;
  if (p === 0n) return over(times(q, radical), r);
  const sum = `${p}${q < 0n ? "-" : "+"}${times(q < 0n ? -q : q, radical)}`;
  return r === 1n ? sum : `(${sum})/${r}`;
};

const quadratic = (c: bigint, b: bigint, a: bigint): readonly Root[] => {
  const discriminant = b * b - 4n * a * c;
  const { outer, inner } = Q.squareParts(discriminant < 0n ? -discriminant : discriminant);
  const imaginary = discriminant < 0n;
  const d = 2n * (a < 0n ? -a : a);
  const middle = a < 0n ? b : -b;
  return [-outer, outer].map((factor) => {
    if (inner === 1n && !imaginary) {
      const exact = Q.rational(middle + factor, d);
      return { exact: Q.show(exact), value: new Complex(Q.toNumber(exact), 0) };
    }
    const re = Q.toNumber(Q.rational(middle, d));
    const part = Q.toNumber(Q.rational(factor, d)) * Math.sqrt(Number(inner));
    return {
      exact: surd(middle, factor, inner, imaginary, d),
      value: imaginary ? new Complex(re, part) : new Complex(re + part, 0),
    };
  });
};

const fromIntegers = (coefficients: readonly bigint[]): Polynomial => coefficients.map((c) => Q.rational(c));
/** Returns the nearest integer to a number that should be one. Null when none is near enough. */
const nearInteger = (x: number): bigint | null => {
  const near = Math.round(x);
  return Number.isSafeInteger(near) && Math.abs(x - near) < 1e-6 * Math.max(1, Math.abs(x)) ? BigInt(near) : null;
};

/** Divides by a factor with integer coefficients. Null when there is a remainder. */
const split = (p: Polynomial, factor: readonly bigint[]): Polynomial | null => {
  const { quotient, remainder } = divide(p, fromIntegers(factor));
  return remainder.length === 0 ? quotient : null;
};

/** a·x^n + c: one real root exactly, when n is odd or the radicand is positive. */
const binomialRoot = (integers: readonly bigint[], value: Complex): string | null => {
  const n = integers.length - 1;
  if (n < 3 || value.im !== 0 || integers.slice(1, -1).some((c) => c !== 0n)) return null;
  const radicand = Q.rational(-(integers[0] ?? 0n), integers[n] ?? 1n);
  const size = radicand.n < 0n ? Q.negate(radicand) : radicand;
  return `${value.re < 0 ? "-" : ""}${size.d === 1n ? size.n : `(${Q.show(size)})`}^(1/${n})`;
};

/** Solves a polynomial of degree 4 in x² alone, when its solutions y = x² are real. Null for any other. */
const biquadratic = (integers: readonly bigint[]): readonly Root[] | null => {
  if (integers.length !== 5 || integers[1] !== 0n || integers[3] !== 0n) return null;
  const squares = quadratic(integers[0] ?? 0n, integers[2] ?? 0n, integers[4] ?? 1n);
  if (squares.some(({ value }) => value.im !== 0)) return null;
  return squares.flatMap(({ exact, value }) => {
    const root = new Complex(value.re, 0).sqrt();
    const text =
      value.re < 0
        ? `sqrt(${exact?.startsWith("-") && /^-[\d/]+$/u.test(exact) ? exact.slice(1) : `-(${exact})`})*i`
        : `sqrt(${exact})`;
    return [
      { exact: text, value: root },
      { exact: `-${text}`, value: root.neg() },
    ];
  });
};

/**
 * Returns every root of a non-constant polynomial, each once. Rational roots and those of quadratic factors are exact.
 * Factors are guessed from approximate roots and then proved by exact division.
 */
export const rootsOf = (polynomial: Polynomial): readonly Root[] => {
  let rest = fromIntegers(primitive(squareFree(polynomial)));
  const roots: Root[] = [];
  const approximations = degree(rest) > 2 ? approximateRoots(rest) : [];
  const lead = Number(primitive(rest).at(-1) ?? 1n);
  const left = new Set(approximations);
  for (const z of approximations) {
    if (z.im !== 0 || degree(rest) < 3) continue;
    const top = nearInteger(z.re * lead);
    const factor = top === null ? null : Q.rational(top, BigInt(lead));
    const quotient = factor && split(rest, [-factor.n, factor.d]);
    if (!factor || !quotient) continue;
    roots.push({ exact: Q.show(factor), value: new Complex(Q.toNumber(factor), 0) });
    rest = quotient;
    left.delete(z);
  }
  for (const z of left)
    for (const w of left) {
      if (z === w || degree(rest) < 3 || !left.has(z) || !left.has(w)) continue;
      const [sum, product] = [z.add(w), z.mul(w)];
      if (Math.abs(sum.im) > 1e-7 || Math.abs(product.im) > 1e-7) continue;
      const [b, c] = [nearInteger(-sum.re * lead), nearInteger(product.re * lead)];
      if (b === null || c === null) continue;
      const factor = primitive(fromIntegers([c, b, BigInt(lead)]));
      const quotient = split(rest, factor);
      if (!quotient) continue;
      roots.push(...quadratic(factor[0] ?? 0n, factor[1] ?? 0n, factor[2] ?? 1n));
      rest = quotient;
      left.delete(z);
      left.delete(w);
    }
  const integers = primitive(rest);
  if (integers.length === 2) {
    const root = Q.rational(-(integers[0] ?? 0n), integers[1] ?? 1n);
    roots.push({ exact: Q.show(root), value: new Complex(Q.toNumber(root), 0) });
  } else if (integers.length === 3) roots.push(...quadratic(integers[0] ?? 0n, integers[1] ?? 0n, integers[2] ?? 1n));
  else if (integers.length > 3)
    roots.push(
      ...(biquadratic(integers) ?? [...left].map((value) => ({ exact: binomialRoot(integers, value), value }))),
    );
  return roots;
};
