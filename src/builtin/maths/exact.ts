import { type Expression, number, operation, unknowns } from "../../notation/expression.ts";
import * as Q from "../../notation/rational.ts";
import { ToolError } from "../../tools/contract.ts";
import { compileReal } from "./numeric.ts";
import { asFraction } from "./polynomial.ts";

const MAX_POWER_DIGITS = 1_000;
const MAX_FACTORIAL = 400;
const MAX_SYMBOLIC_EXPONENT = 60;

/** Returns the value of an expression of rational numbers. Null for any other. */
export const exactValue = (expression: Expression): Q.Rational | null => {
  const fraction = asFraction(expression, "");
  return fraction && Q.divide(fraction.top[0] ?? Q.ZERO, fraction.bottom[0] ?? Q.ONE);
};

export const fromRational = (value: Q.Rational): Expression =>
  value.d === 1n ? number(value.n) : operation("/", number(value.n), number(value.d));

/** Refuses powers whose result would fill pages: 9^9^9, (x+1)^1000. */
export const guardPower = (base: Expression, exponent: Expression): void => {
  if (unknowns(exponent).length > 0) return;
  const [zero, none] = [exactValue(base), exactValue(exponent)];
  if (zero?.n === 0n && none?.n === 0n) throw new ToolError("0^0 is undefined.");
  const times = Math.abs(compileReal(exponent, [])());
  if (unknowns(base).length > 0) {
    if (times > MAX_SYMBOLIC_EXPONENT)
      throw new ToolError(`The exponent is greater than ${MAX_SYMBOLIC_EXPONENT}; use a smaller one.`);
    return;
  }
  const size = Math.abs(compileReal(base, [])());
  const digits = times * Math.abs(Math.log10(size || 1));
  // Schools expect a real root, most computer algebra systems a complex one.
  if (none && none.d % 2n === 1n && none.d > 1n && compileReal(base, [])() < 0)
    throw new ToolError(
      "A negative number has no real root of this kind; write cbrt(x) or nthroot(x, n) for the real one.",
    );
  if (!(digits <= MAX_POWER_DIGITS) || times > 1e6)
    throw new ToolError(`A power has more than ${MAX_POWER_DIGITS} digits or is undefined; use smaller numbers.`);
};

const gcd = (a: Q.Rational, b: Q.Rational): Q.Rational => Q.rational(Q.bigGcd(a.n, b.n));
const floor = ({ n, d }: Q.Rational): Q.Rational => Q.rational((n - (((n % d) + d) % d)) / d);
const subtract = (a: Q.Rational, b: Q.Rational): Q.Rational => Q.add(a, Q.negate(b));
const less = (a: Q.Rational, b: Q.Rational): boolean => a.n * b.d < b.n * a.d;
const whole = (values: readonly Q.Rational[], name: string): void => {
  if (values.some(({ d }) => d !== 1n)) throw new ToolError(`${name} takes whole numbers.`);
};
const factorial = (value: Q.Rational): Q.Rational => {
  if (value.d !== 1n || value.n < 0n || value.n > BigInt(MAX_FACTORIAL))
    throw new ToolError(`factorial takes a whole number from 0 to ${MAX_FACTORIAL}.`);
  let product = 1n;
  for (let n = 2n; n <= value.n; n++) product *= n;
  return Q.rational(product);
};

/** Returns the real root when it is rational. */
const rootOf = (value: Q.Rational, degree: number): Q.Rational | null => {
  if (value.n < 0n) return degree % 2 === 0 ? null : negated(rootOf(Q.negate(value), degree));
  const [n, d] = [wholeRoot(value.n, degree), wholeRoot(value.d, degree)];
  return n === null || d === null ? null : Q.rational(n, d);
};
const wholeRoot = (value: bigint, degree: number): bigint | null => {
  let [low, high] = [0n, 1n << BigInt(Math.ceil(value.toString(2).length / degree) + 1)];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (middle ** BigInt(degree) < value) low = middle + 1n;
    else high = middle;
  }
  return low ** BigInt(degree) === value ? low : null;
};

/** n(n-1)…(n-k+1), divided by k! when order does not matter. */
const chosen = (n: Q.Rational, k: Q.Rational, isUnordered: boolean): Q.Rational => {
  const isCount = ({ n: value, d }: Q.Rational): boolean => d === 1n && value >= 0n && value <= BigInt(MAX_FACTORIAL);
  if (!isCount(n) || !isCount(k))
    throw new ToolError(`binomial and permutations take whole numbers from 0 to ${MAX_FACTORIAL}.`);
  let ways = 1n;
  for (let taken = 0n; taken < k.n; taken++) ways = (ways * (n.n - taken)) / (isUnordered ? taken + 1n : 1n);
  return Q.rational(k.n > n.n ? 0n : ways);
};

const EXACT: ReadonlyMap<string, (values: readonly Q.Rational[]) => Q.Rational | null> = new Map<
  string,
  (values: readonly Q.Rational[]) => Q.Rational | null
>([
  ["factorial", ([value = Q.ZERO]) => factorial(value)],
  ["abs", ([value = Q.ZERO]) => (value.n < 0n ? Q.negate(value) : value)],
  ["sign", ([value = Q.ZERO]) => Q.rational(value.n < 0n ? -1n : value.n > 0n ? 1n : 0n)],
  ["floor", ([value = Q.ZERO]) => floor(value)],
  ["ceil", ([value = Q.ZERO]) => Q.negate(floor(Q.negate(value)))],
  ["round", ([value = Q.ZERO]) => floor(Q.add(value, Q.rational(1n, 2n)))],
  ["min", (values) => values.reduce((a, b) => (less(b, a) ? b : a))],
  ["max", (values) => values.reduce((a, b) => (less(a, b) ? b : a))],
  [
    "gcd",
    (values) => {
      whole(values, "gcd");
      return values.reduce(gcd);
    },
  ],
  [
    "lcm",
    (values) => {
      whole(values, "lcm");
      return values.reduce((a, b) =>
        a.n === 0n || b.n === 0n ? Q.ZERO : Q.rational(a.n * b.n < 0n ? -a.n * b.n : a.n * b.n, gcd(a, b).n),
      );
    },
  ],
  [
    "mod",
    ([a = Q.ZERO, b = Q.ZERO]) => {
      if (b.n === 0n) throw new ToolError("mod divides by zero.");
      return subtract(a, Q.multiply(b, floor(Q.divide(a, b))));
    },
  ],
  ["sqrt", ([value = Q.ZERO]) => rootOf(value, 2)],
  ["cbrt", ([value = Q.ZERO]) => rootOf(value, 3)],
  [
    "nthroot",
    ([value = Q.ZERO, degree = Q.ZERO]) =>
      degree.d === 1n && degree.n > 0n && degree.n < 100n ? rootOf(value, Number(degree.n)) : null,
  ],
  ["binomial", ([n = Q.ZERO, k = Q.ZERO]) => chosen(n, k, true)],
  ["permutations", ([n = Q.ZERO, k = Q.ZERO]) => chosen(n, k, false)],
  ["log10", ([value = Q.ZERO]) => powerOf(value, 10n)],
  ["log2", ([value = Q.ZERO]) => powerOf(value, 2n)],
]);

/** Returns the logarithm when it is a whole number. */
const powerOf = (value: Q.Rational, base: bigint): Q.Rational | null => {
  if (value.n <= 0n) return null;
  if (value.d !== 1n) return value.n === 1n ? negated(powerOf(Q.rational(value.d), base)) : null;
  let [power, count] = [1n, 0n];
  while (power < value.n) [power, count] = [power * base, count + 1n];
  return power === value.n ? Q.rational(count) : null;
};
const negated = (value: Q.Rational | null): Q.Rational | null => value && Q.negate(value);

/** Evaluates functions of rational numbers exactly when their values are rational. Null for any other call. */
export const exactCall = (name: string, args: readonly Expression[]): Expression | null => {
  if (name === "log" && args.length === 2) {
    const [x, base] = args as readonly [Expression, Expression];
    const log = (of: Expression): Expression => ({ kind: "call", name: "log", args: [of] });
    const known = exactValue(x) && exactValue(base);
    const [value, of] = [exactValue(x), exactValue(base)];
    const exact = known && value && of && of.d === 1n && of.n > 1n ? powerOf(value, of.n) : null;
    return exact ? fromRational(exact) : operation("/", log(x), log(base));
  }
  const exact = EXACT.get(name);
  if (exact === undefined) return null;
  const values = args.map(exactValue);
  const known = values.filter((value) => value !== null);
  const result = known.length === values.length && known.length > 0 ? exact(known) : null;
  return result && fromRational(result);
};
