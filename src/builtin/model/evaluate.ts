import type { Expression } from "../../notation/expression.ts";

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

const real = (re: number): Complex => ({ re, im: 0 });
const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
const subtract = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });
const multiply = (a: Complex, b: Complex): Complex =>
  a.im === 0 && b.im === 0 ? real(a.re * b.re) : { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
const divide = (a: Complex, b: Complex): Complex => {
  if (b.im === 0) return { re: a.re / b.re, im: a.im === 0 ? 0 : a.im / b.re };
  const size = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
};
const exp = ({ re, im }: Complex): Complex =>
  im === 0 ? real(Math.exp(re)) : { re: Math.exp(re) * Math.cos(im), im: Math.exp(re) * Math.sin(im) };
const ln = ({ re, im }: Complex): Complex => ({
  re: Math.log(Math.hypot(re, im)),
  im: im === 0 && re >= 0 ? 0 : Math.atan2(im, re),
});

const power = (base: Complex, exponent: Complex): Complex => {
  if (exponent.im === 0 && Number.isInteger(exponent.re) && Math.abs(exponent.re) <= 64 && base.im !== 0) {
    let result = real(1);
    for (let turn = 0; turn < Math.abs(exponent.re); turn += 1) result = multiply(result, base);
    return exponent.re < 0 ? divide(real(1), result) : result;
  }
  const isReal = base.im === 0 && exponent.im === 0 && (base.re >= 0 || Number.isInteger(exponent.re));
  return isReal ? real(base.re ** exponent.re) : exp(multiply(exponent, ln(base)));
};

const factorial = (n: number): number => {
  if (!Number.isInteger(n) || n < 0 || n > 170) return Number.NaN;
  let product = 1;
  for (let factor = 2; factor <= n; factor += 1) product *= factor;
  return product;
};

/** Functions needed for real arguments only. */
const REAL: Readonly<Record<string, (x: number) => number>> = {
  tan: Math.tan,
  sec: (x) => 1 / Math.cos(x),
  csc: (x) => 1 / Math.sin(x),
  cot: (x) => 1 / Math.tan(x),
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  cbrt: Math.cbrt,
  sin: Math.sin,
  cos: Math.cos,
};

const CONSTANTS: Readonly<Record<string, Complex>> = {
  pi: real(Math.PI),
  e: real(Math.E),
  i: { re: 0, im: 1 },
  Infinity: real(Number.POSITIVE_INFINITY),
};

/** Returns one value, or NaN for an unknown name and for a function outside its domain. */
const complexOf = (expr: Expression, values: ReadonlyMap<string, Complex>): Complex => {
  const of = (child: Expression | undefined): Complex =>
    child === undefined ? real(Number.NaN) : complexOf(child, values);
  switch (expr.kind) {
    case "number":
      return real(Number(expr.text));
    case "name":
      return values.get(expr.name) ?? CONSTANTS[expr.name] ?? real(Number.NaN);
    case "negative":
      return subtract(real(0), of(expr.of));
    case "operation": {
      const [left, right] = [of(expr.left), of(expr.right)];
      if (expr.sign === "+") return add(left, right);
      if (expr.sign === "-") return subtract(left, right);
      if (expr.sign === "*") return multiply(left, right);
      return expr.sign === "/" ? divide(left, right) : power(left, right);
    }
    case "call": {
      const x = of(expr.args[0]);
      if (expr.name === "sqrt") return power(x, real(0.5));
      if (expr.name === "exp") return exp(x);
      if (expr.name === "log") return expr.args[1] === undefined ? ln(x) : divide(ln(x), ln(of(expr.args[1])));
      if (expr.name === "log10") return divide(ln(x), real(Math.LN10));
      if (expr.name === "log2") return divide(ln(x), real(Math.LN2));
      if (expr.name === "nthroot" && expr.args[1] !== undefined) return power(x, divide(real(1), of(expr.args[1])));
      if (expr.name === "abs") return real(Math.hypot(x.re, x.im));
      if (expr.name === "factorial") return real(factorial(x.re));
      return real(x.im === 0 ? (REAL[expr.name]?.(x.re) ?? Number.NaN) : Number.NaN);
    }
  }
};

/** Returns the value in floating point. Null when it is not a finite number. For checks, not for answers. */
export const evaluate = (expr: Expression, values: ReadonlyMap<string, Complex> = new Map()): Complex | null => {
  const value = complexOf(expr, values);
  const infinite =
    Number.isNaN(value.re) || Number.isNaN(value.im) || !Number.isFinite(value.re) || !Number.isFinite(value.im);
  return infinite ? null : value;
};
