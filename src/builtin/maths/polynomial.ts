import type { Expression } from "../../notation/expression.ts";
import type { Rational } from "../../notation/rational.ts";
import * as Q from "../../notation/rational.ts";

/** Coefficients from the constant term upwards. The last is not zero; the zero polynomial is the empty list. */
export type Polynomial = readonly Rational[];

const MAX_DEGREE = 24;
/** The largest result of a power of numbers, in bits: about 3,000 decimal digits. */
const MAX_BITS = 10_000;

const trim = (coefficients: readonly Rational[]): Polynomial => {
  let length = coefficients.length;
  while (length > 0 && coefficients[length - 1]?.n === 0n) length--;
  return coefficients.slice(0, length);
};
const at = (p: Polynomial, n: number): Rational => p[n] ?? Q.ZERO;
export const degree = (p: Polynomial): number => p.length - 1;
const leading = (p: Polynomial): Rational => at(p, p.length - 1);

const add = (a: Polynomial, b: Polynomial): Polynomial =>
  trim(Array.from({ length: Math.max(a.length, b.length) }, (_, n) => Q.add(at(a, n), at(b, n))));
const scale = (p: Polynomial, by: Rational): Polynomial => trim(p.map((c) => Q.multiply(c, by)));
export const multiply = (a: Polynomial, b: Polynomial): Polynomial => {
  const product: Rational[] = Array.from({ length: Math.max(0, a.length + b.length - 1) }, () => Q.ZERO);
  a.forEach((x, n) => {
    b.forEach((y, m) => {
      product[n + m] = Q.add(product[n + m] ?? Q.ZERO, Q.multiply(x, y));
    });
  });
  return trim(product);
};

export const divide = (
  a: Polynomial,
  b: Polynomial,
): { readonly quotient: Polynomial; readonly remainder: Polynomial } => {
  let remainder = a;
  const quotient: Rational[] = [];
  while (remainder.length >= b.length && remainder.length > 0) {
    const shift = remainder.length - b.length;
    const factor = Q.divide(leading(remainder), leading(b));
    quotient[shift] = factor;
    const subtrahend = [...Array.from({ length: shift }, () => Q.ZERO), ...scale(b, Q.negate(factor))];
    remainder = add(remainder, subtrahend).slice(0, remainder.length - 1);
    remainder = trim(remainder);
  }
  return { quotient: trim(Array.from(quotient, (c) => c ?? Q.ZERO)), remainder };
};
const monic = (p: Polynomial): Polynomial => (p.length === 0 ? p : scale(p, Q.divide(Q.ONE, leading(p))));
const gcd = (a: Polynomial, b: Polynomial): Polynomial => (b.length === 0 ? monic(a) : gcd(b, divide(a, b).remainder));
export const derivative = (p: Polynomial): Polynomial =>
  trim(p.slice(1).map((c, n) => Q.multiply(c, Q.rational(BigInt(n + 1)))));
/** Returns the polynomial with each root once. */
export const squareFree = (p: Polynomial): Polynomial => monic(divide(p, gcd(p, derivative(p))).quotient);
/** Returns coprime integer coefficients of a polynomial with the same roots. */
export const primitive = (p: Polynomial): readonly bigint[] => {
  const common = p.reduce((lcm, { d }) => (lcm / Q.bigGcd(lcm, d)) * d, 1n);
  const integers = p.map(({ n, d }) => (n * common) / d);
  const content = integers.reduce(Q.bigGcd, 0n) || 1n;
  return integers.map((c) => c / content);
};

interface Fraction {
  readonly top: Polynomial;
  readonly bottom: Polynomial;
}

/**
 * Returns the expression as top/bottom in one unknown with exact rational coefficients. It is not reduced, so that no
 * pole is lost. Null when it is not a rational function, or when its degree exceeds 24.
 */
export const asFraction = (expression: Expression, name: string): Fraction | null => {
  const constant = (value: Rational): Fraction => ({ top: trim([value]), bottom: [Q.ONE] });
  const bounded = (fraction: Fraction): Fraction | null =>
    degree(fraction.top) > MAX_DEGREE || degree(fraction.bottom) > MAX_DEGREE ? null : fraction;
  switch (expression.kind) {
    case "number":
      return constant(Q.fromDecimal(expression.text));
    case "name":
      return expression.name === name ? { top: [Q.ZERO, Q.ONE], bottom: [Q.ONE] } : null;
    case "negative": {
      const of = asFraction(expression.of, name);
      return of && { top: scale(of.top, Q.rational(-1n)), bottom: of.bottom };
    }
    case "call":
      return null;
    case "operation": {
      const a = asFraction(expression.left, name);
      const b = a && asFraction(expression.right, name);
      if (!a || !b) return null;
      switch (expression.sign) {
        case "+":
        case "-": {
          const right = expression.sign === "+" ? b.top : scale(b.top, Q.rational(-1n));
          const same = degree(a.bottom) === 0 && degree(b.bottom) === 0;
          if (same)
            return {
              top: add(scale(a.top, Q.divide(Q.ONE, at(a.bottom, 0))), scale(right, Q.divide(Q.ONE, at(b.bottom, 0)))),
              bottom: [Q.ONE],
            };
          return bounded({
            top: add(multiply(a.top, b.bottom), multiply(right, a.bottom)),
            bottom: multiply(a.bottom, b.bottom),
          });
        }
        case "*":
          return bounded({ top: multiply(a.top, b.top), bottom: multiply(a.bottom, b.bottom) });
        case "/":
          return b.top.length === 0
            ? null
            : bounded({ top: multiply(a.top, b.bottom), bottom: multiply(a.bottom, b.top) });
        case "^": {
          if (degree(b.top) > 0 || degree(b.bottom) > 0) return null;
          const exponent = b.top.length === 0 ? Q.ZERO : Q.divide(at(b.top, 0), at(b.bottom, 0));
          const times = Number(exponent.n);
          const base = degree(a.top) === 0 && degree(a.bottom) === 0 ? Q.divide(at(a.top, 0), at(a.bottom, 0)) : null;
          // 0^0 has no agreed value.
          if (base?.n === 0n && exponent.n <= 0n) return null;
          if (base && exponent.d === 1n) {
            const size = Math.max(base.n.toString(2).length, base.d.toString(2).length) * Math.abs(times);
            return size > MAX_BITS ? null : constant(Q.power(base, times));
          }
          if (exponent.d !== 1n || Math.abs(times) > MAX_DEGREE || (times < 0 && a.top.length === 0)) return null;
          let power: Fraction | null = constant(Q.ONE);
          for (let n = 0; n < Math.abs(times) && power; n++)
            power = bounded({ top: multiply(power.top, a.top), bottom: multiply(power.bottom, a.bottom) });
          return power && times < 0 ? { top: power.bottom, bottom: power.top } : power;
        }
      }
    }
  }
};
