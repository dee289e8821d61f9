import Complex from "complex.js";
import type { Expression, Sign } from "../../notation/expression.ts";
import { ToolError } from "../../tools/contract.ts";

/** Evaluates at a point. The values are in the order of the names given to `compile`. NaN when there is no value. */
export type Evaluate = (values: readonly Complex[]) => Complex;

const real =
  (f: (...args: number[]) => number) =>
  (...args: readonly Complex[]): Complex => {
    if (args.some((arg) => Math.abs(arg.im) > 1e-12)) return Complex.NAN;
    return new Complex(f(...args.map((arg) => arg.re)), 0);
  };

/** Lanczos, g = 7, n = 9: about 15 digits. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;
const gamma = (x: number): number => {
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  const t = x + 6.5;
  const sum = LANCZOS.reduce((total, c, n) => total + (n === 0 ? c : c / (x - 1 + n)), 0);
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * sum;
};
const factorial = (x: number): number => {
  if (!Number.isInteger(x)) return gamma(x + 1);
  if (x < 0) return Number.NaN;
  let product = 1;
  for (let n = 2; n <= Math.min(x, 171); n++) product *= n;
  return product;
};
/** The Maclaurin series near zero, a continued fraction further out. */
const erf = (x: number): number => {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 200 && Math.abs(term) > 1e-18; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};
const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

const METHODS =
  "sin cos tan sec csc cot asin acos atan asec acsc acot sinh cosh tanh sech csch coth asinh acosh atanh sqrt exp log".split(
    " ",
  );
const root = (x: number, n: number): number => (x < 0 && n % 2 === 1 ? -((-x) ** (1 / n)) : x ** (1 / n));

const NUMERIC: ReadonlyMap<string, (...args: readonly Complex[]) => Complex> = new Map<
  string,
  (...args: readonly Complex[]) => Complex
>([
  ...METHODS.map((name): [string, (x: Complex) => Complex] => [
    name,
    (x) => (x as unknown as Record<string, () => Complex>)[name]?.() ?? Complex.NAN,
  ]),
  ["log", (x, base) => (base === undefined ? x.log() : x.log().div(base.log()))],
  ["log10", (x) => x.log().div(Math.LN10)],
  ["log2", (x) => x.log().div(Math.LN2)],
  ["abs", (x) => new Complex(x.abs(), 0)],
  ["cbrt", real((x) => Math.cbrt(x))],
  ["nthroot", real((x, n = 2) => root(x, n))],
  ["factorial", real(factorial)],
  ["sign", real(Math.sign)],
  ["floor", real(Math.floor)],
  ["ceil", real(Math.ceil)],
  ["round", real(Math.round)],
  ["erf", real(erf)],
  ["binomial", real((n, k = Number.NaN) => Math.round(factorial(n) / factorial(k) / factorial(n - k)))],
  ["permutations", real((n, k = Number.NaN) => Math.round(factorial(n) / factorial(n - k)))],
  ["gcd", real((...args) => args.reduce(gcd))],
  ["lcm", real((...args) => args.reduce((a, b) => Math.abs(a * b) / gcd(a, b)))],
  ["min", real(Math.min)],
  ["max", real(Math.max)],
  ["mod", real((a, b = Number.NaN) => ((a % b) + b) % b)],
]);

const CONSTANT: ReadonlyMap<string, Complex> = new Map([
  ["pi", new Complex(Math.PI, 0)],
  ["e", new Complex(Math.E, 0)],
  ["i", new Complex(0, 1)],
  ["Infinity", new Complex(Number.POSITIVE_INFINITY, 0)],
]);

const power = (base: Complex, exponent: Complex): Complex => {
  if (base.im === 0 && exponent.im === 0) {
    const value = base.re ** exponent.re;
    if (!Number.isNaN(value)) return new Complex(value, 0);
    if (Number.isNaN(base.re) || Number.isNaN(exponent.re)) return Complex.NAN;
  }
  if (exponent.im === 0 && Number.isInteger(exponent.re) && Math.abs(exponent.re) <= 32) {
    let product = new Complex(1, 0);
    for (let n = 0; n < Math.abs(exponent.re); n++) product = product.mul(base);
    return exponent.re < 0 ? product.inverse() : product;
  }
  return base.pow(exponent);
};

const OPERATIONS: Readonly<Record<Sign, (a: Complex, b: Complex) => Complex>> = {
  "+": (a, b) => a.add(b),
  "-": (a, b) => a.sub(b),
  "*": (a, b) => a.mul(b),
  "/": (a, b) => a.div(b),
  "^": power,
};

/**
 * Replaces negative zeros by positive ones. A real number lies on the upper side of a branch cut, no matter how it was
 * computed: the library represents -(1) as -1 - 0i, whose logarithm would be -πi.
 */
const unsigned = (value: Complex): Complex =>
  Object.is(value.re, -0) || Object.is(value.im, -0) ? new Complex(value.re + 0, value.im + 0) : value;

/**
 * Compiles an expression to a fast function; the cost of each evaluation is proportional to its size. Throws a
 * ToolError for a name that is not among `names`, and for anything without a numeric value, such as an unevaluated
 * derivative.
 */
export const compile = (expression: Expression, names: readonly string[]): Evaluate => {
  switch (expression.kind) {
    case "number": {
      const value = new Complex(Number(expression.text), 0);
      return () => value;
    }
    case "name": {
      const at = names.indexOf(expression.name);
      if (at >= 0) return (values) => values[at] ?? Complex.NAN;
      const value = CONSTANT.get(expression.name);
      if (value === undefined)
        throw new ToolError(
          `The name ${expression.name} has no value here; use ${names.join(", ") || "numbers"} only.`,
        );
      return () => value;
    }
    case "negative": {
      const of = compile(expression.of, names);
      return (values) => unsigned(of(values).neg());
    }
    case "operation": {
      const apply = OPERATIONS[expression.sign];
      const left = compile(expression.left, names);
      const right = compile(expression.right, names);
      return (values) => unsigned(apply(left(values), right(values)));
    }
    case "call": {
      const f = NUMERIC.get(expression.name);
      if (f === undefined) throw new ToolError(`${expression.name}(…) cannot be evaluated at a point.`);
      const args = expression.args.map((arg) => compile(arg, names));
      return (values) => unsigned(f(...args.map((arg) => arg(values))));
    }
  }
};

/** Returns the real value of an expression at a real point. NaN when it has none. */
export const compileReal = (
  expression: Expression,
  names: readonly string[],
): ((...values: readonly number[]) => number) => {
  const f = compile(expression, names);
  return (...values) => {
    const result = f(values.map((value) => new Complex(value, 0)));
    return Math.abs(result.im) > 1e-9 * Math.max(1, Math.abs(result.re)) ? Number.NaN : result.re;
  };
};
