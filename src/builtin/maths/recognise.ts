import * as Q from "../../notation/rational.ts";

/**
 * Returns the fraction with a denominator of at most `maxDenominator` that equals `x` within `tolerance`, by continued
 * fractions.
 */
const asRational = (x: number, maxDenominator: number, tolerance: number): Q.Rational | null => {
  if (!Number.isFinite(x) || Math.abs(x) > 1e9) return null;
  let [n0, d0, n1, d1] = [0, 1, 1, 0];
  let rest = x;
  for (let round = 0; round < 30; round++) {
    const whole = Math.floor(rest);
    [n0, d0, n1, d1] = [n1, d1, whole * n1 + n0, whole * d1 + d0];
    if (Math.abs(d1) > maxDenominator) return null;
    if (Math.abs(n1 / d1 - x) <= tolerance * Math.max(1, Math.abs(x))) return Q.rational(BigInt(n1), BigInt(d1));
    rest = 1 / (rest - whole);
  }
  return null;
};

const timesName = ({ n, d }: Q.Rational, name: string): string => {
  const top = n === 1n ? name : n === -1n ? `-${name}` : `${n}*${name}`;
  return d === 1n ? top : `${top}/${d}`;
};

/**
 * Returns a short exact text for a number of which only the decimals are known: 1/3, 5*pi/6, sqrt(2)/2, e^2, log(5).
 * Null when none fits.
 */
export const recognise = (x: number, tolerance = 1e-11): string | null => {
  const fraction = (y: number, most: number): Q.Rational | null =>
    asRational(y, tolerance < 1e-10 ? most : Math.ceil(most / 8), tolerance);
  const plain = fraction(x, 1000);
  if (plain) return Q.show(plain);
  const ofPi = fraction(x / Math.PI, 60);
  if (ofPi) return timesName(ofPi, "pi");
  const square = fraction(x * x, 400);
  if (square && square.n !== 0n && Math.abs(x) < 100) {
    const { outer, inner } = Q.squareParts(square.n * square.d);
    return timesName(Q.rational(x < 0 ? -outer : outer, square.d), `sqrt(${inner})`);
  }
  const ofPiSquared = fraction(x / Math.PI ** 2, 60);
  if (ofPiSquared) return timesName(ofPiSquared, "pi^2");
  const ofPiRoot = fraction(x / Math.sqrt(Math.PI), 8);
  if (ofPiRoot) return timesName(ofPiRoot, "sqrt(pi)");
  const ofE = fraction(x / Math.E, 12);
  if (ofE) return timesName(ofE, "e");
  const power = x > 0 ? fraction(Math.log(x), 6) : null;
  if (power) return power.d === 1n && power.n > 0n ? `e^${power.n}` : `e^(${Q.show(power)})`;
  const log = Math.abs(x) < 14 ? fraction(Math.exp(x), 100) : null;
  if (log) return `log(${Q.show(log)})`;
  return null;
};
