import { type Expression, negative, number, operation } from "../../notation/expression.ts";
import * as Q from "../../notation/rational.ts";
import { exactValue, fromRational } from "./exact.ts";

/** re + im·i, both exact. */
interface Gaussian {
  readonly re: Q.Rational;
  readonly im: Q.Rational;
}

const MAX_POWER = 64;

const multiply = (a: Gaussian, b: Gaussian): Gaussian => ({
  re: Q.add(Q.multiply(a.re, b.re), Q.negate(Q.multiply(a.im, b.im))),
  im: Q.add(Q.multiply(a.re, b.im), Q.multiply(a.im, b.re)),
});
const inverse = ({ re, im }: Gaussian): Gaussian | null => {
  const size = Q.add(Q.multiply(re, re), Q.multiply(im, im));
  return size.n === 0n ? null : { re: Q.divide(re, size), im: Q.negate(Q.divide(im, size)) };
};

const gaussianOf = (expression: Expression): Gaussian | null => {
  const real = exactValue(expression);
  if (real !== null) return { re: real, im: Q.ZERO };
  switch (expression.kind) {
    case "name":
      return expression.name === "i" ? { re: Q.ZERO, im: Q.ONE } : null;
    case "negative": {
      const of = gaussianOf(expression.of);
      return of && { re: Q.negate(of.re), im: Q.negate(of.im) };
    }
    case "operation": {
      const [a, b] = [gaussianOf(expression.left), gaussianOf(expression.right)];
      return a && b && combined(expression.sign, a, b);
    }
    default:
      return null;
  }
};

const combined = (sign: string, a: Gaussian, b: Gaussian): Gaussian | null => {
  if (sign === "+") return { re: Q.add(a.re, b.re), im: Q.add(a.im, b.im) };
  if (sign === "-") return { re: Q.add(a.re, Q.negate(b.re)), im: Q.add(a.im, Q.negate(b.im)) };
  if (sign === "*") return multiply(a, b);
  if (sign === "/") {
    const under = inverse(b);
    return under && multiply(a, under);
  }
  const times = Number(b.re.n);
  if (b.im.n !== 0n || b.re.d !== 1n || Math.abs(times) > MAX_POWER || (times === 0 && a.re.n === 0n && a.im.n === 0n))
    return null;
  let power: Gaussian = { re: Q.ONE, im: Q.ZERO };
  for (let n = 0; n < Math.abs(times); n++) power = multiply(power, a);
  return times < 0 ? inverse(power) : power;
};

/**
 * Returns an expression of rational numbers and i exactly, in the form a + b·i. Null for any other, and for real ones.
 */
export const asComplex = (expression: Expression): Expression | null => {
  const value = gaussianOf(expression);
  if (value === null || value.im.n === 0n) return null;
  const { re, im } = value;
  const size = im.n < 0n ? Q.negate(im) : im;
  const imaginary: Expression =
    size.n === size.d ? { kind: "name", name: "i" } : operation("*", fromRational(size), { kind: "name", name: "i" });
  if (re.n === 0n) return im.n < 0n ? negative(imaginary) : imaginary;
  return operation(im.n < 0n ? "-" : "+", re.d === 1n ? number(re.n) : fromRational(re), imaginary);
};
