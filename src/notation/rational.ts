/** An exact fraction in lowest terms with a positive denominator. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

const gcd = (a: bigint, b: bigint): bigint => {
  while (b !== 0n) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
};
export const bigGcd = gcd;

export const rational = (n: bigint, d = 1n): Rational => {
  const common = gcd(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / common, d: d / common };
};
export const ZERO = rational(0n);
export const ONE = rational(1n);

/** Parses a decimal such as `12`, `.5`, `1.25e-3` exactly, without binary rounding. */
export const fromDecimal = (text: string): Rational => {
  const [mantissa = "0", power = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const shift = Number(power) - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? rational(digits * 10n ** BigInt(shift)) : rational(digits, 10n ** BigInt(-shift));
};

export const add = (a: Rational, b: Rational): Rational => rational(a.n * b.d + b.n * a.d, a.d * b.d);
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d });
export const multiply = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d);
/** `b` must not be zero. */
export const divide = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n);

/** `times` must be whole, and negative only if `a` is not zero. */
export const power = (a: Rational, times: number): Rational =>
  times < 0
    ? rational(a.d ** BigInt(-times), a.n ** BigInt(-times))
    : rational(a.n ** BigInt(times), a.d ** BigInt(times));

/** Exact to 15 digits for numerators and denominators of any length. */
export const toNumber = ({ n, d }: Rational): number => {
  const excess = Math.max(0, n.toString(2).length - 1000, d.toString(2).length - 1000);
  return Number(n >> BigInt(excess)) / Number(d >> BigInt(excess));
};

export const show = ({ n, d }: Rational): string => (d === 1n ? `${n}` : `${n}/${d}`);

/** Splits `n > 0` into outer² · inner. Squares of primes over 10,000 stay inside. */
export const squareParts = (n: bigint): { readonly outer: bigint; readonly inner: bigint } => {
  let outer = 1n;
  let inner = n;
  for (let prime = 2n; prime * prime <= inner && prime < 10_000n; prime += prime === 2n ? 1n : 2n)
    while (inner % (prime * prime) === 0n) {
      inner /= prime * prime;
      outer *= prime;
    }
  const whole = integerRoot(inner);
  return whole * whole === inner ? { outer: outer * whole, inner: 1n } : { outer, inner };
};

const integerRoot = (n: bigint): bigint => {
  if (n < 2n) return n;
  let guess = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (guess + n / guess) / 2n;
    if (next >= guess) return guess;
    guess = next;
  }
};
