import { type Expression, some, unknowns } from "../../notation/expression.ts";
import { pretty } from "../../notation/pretty.ts";
import * as Q from "../../notation/rational.ts";
import { parse } from "../../notation/read.ts";
import { ToolError } from "../../tools/contract.ts";
import type { Calculated } from "./calculated.ts";
import { asComplex } from "./gaussian.ts";
import { compile } from "./numeric.ts";
import { asFraction } from "./polynomial.ts";
import { briefly, nearbyInteger } from "./rounded.ts";
import { decimalComplex } from "./solution.ts";
import { simplest } from "./symbolic.ts";

/**
 * Formats an expression without commands as a result: exact when it is rational, otherwise in the simplest form that
 * can be proved equal.
 * @param isFinal The expression is the result of a command and keeps its form.
 */
export const calculatedOf = (value: Expression, isFinal = false): Calculated => {
  const rational = asFraction(value, "");
  if (rational) {
    const exact = Q.divide(rational.top[0] ?? Q.ZERO, rational.bottom[0] ?? Q.ONE);
    return showRational(
      exact,
      some(value, (part) => part.kind === "number" && part.text.includes(".")),
    );
  }
  if (some(value, isUndefined))
    throw new ToolError(
      "A logarithm of a negative number, or an arcsine or arccosine of one beyond 1, is no real number.",
    );
  const result = asComplex(value) ?? shortest(value) ?? (isFinal ? value : simplest(value));
  if (unknowns(result).length > 0) return { result: pretty(result) };
  const z = compile(result, [])([]);
  if (Number.isNaN(z.re) || Number.isNaN(z.im))
    throw new ToolError("The expression is undefined, for example because it divides by zero.");
  // 1/sin(0), log(0): an infinite result is a value only if the input contains infinity.
  if (!z.isFinite() && !some(result, (part) => part.kind === "name" && part.name === "Infinity"))
    throw new ToolError("The expression is undefined, for example because it divides by zero.");
  const [text, decimal] = [pretty(result), decimalComplex(z)];
  if (!z.isFinite() || text === decimal) return { result: text };
  const integer = nearbyInteger(value);
  return integer === null ? { result: text, decimal } : { result: String(integer) };
};

/**
 * Returns a text that is exact and not longer, such as √6 for √2·√3 and π/6 for asin(1/2), when the digits leave no
 * doubt.
 */
const shortest = (value: Expression): Expression | null => {
  const text = unknowns(value).length > 0 ? null : briefly(value);
  return text !== null && text.length <= pretty(value).length ? parse(text) : null;
};

const isUndefined = (part: Expression): boolean => {
  const [of] = part.kind === "call" && /^(?:log|asin$|acos$)/u.test(part.name) ? part.args : [];
  if (part.kind !== "call" || of === undefined || unknowns(of).length > 0) return false;
  const { re, im } = compile(of, [])([]);
  return Math.abs(im) < 1e-12 && (part.name.startsWith("log") ? re < 0 : Math.abs(re) > 1 + 1e-12);
};

/** If the input has decimals and the fraction terminates, the result is a decimal. */
const showRational = (exact: Q.Rational, asDecimal: boolean): Calculated => {
  if (exact.d === 1n) return { result: Q.show(exact) };
  const decimal = decimalComplex(compile({ kind: "number", text: String(Q.toNumber(exact)) }, [])([]));
  const places = asDecimal ? terminating(exact.d) : null;
  if (places === null) return { result: Q.show(exact), decimal };
  const digits = `${(exact.n < 0n ? -exact.n : exact.n) * (10n ** BigInt(places) / exact.d)}`.padStart(places + 1, "0");
  return { result: `${exact.n < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}` };
};

const terminating = (denominator: bigint): number | null => {
  let [rest, twos, fives] = [denominator, 0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  return rest === 1n && Math.max(twos, fives) <= 40 ? Math.max(twos, fives) : null;
};
