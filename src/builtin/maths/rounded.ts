import { type Expression, some, unknowns } from "../../notation/expression.ts";
import { exactValue } from "./exact.ts";
import { compile } from "./numeric.ts";
import { recognise } from "./recognise.ts";

/** A numerator or denominator with this many digits does not come from a short formula. */
const LONG = 7;

/**
 * Whether a form may only be close to its expression. Either its numbers are too long to come from the expression, such
 * as the fraction 491701844/78256779 for 2π, which is a decimal in disguise; or it is rational, and closeness proves
 * nothing about the expression.
 */
export const isRounded = (form: Expression, expression: Expression): boolean => {
  if (exactValue(expression) !== null) return false;
  const isLong = (part: Expression): boolean =>
    part.kind === "number" && part.text.replace(/^0*\.?0*|\./gu, "").length >= LONG;
  const isKnown = ({ text }: { readonly text: string }): boolean =>
    some(expression, (part) => part.kind === "number" && part.text === text);
  if (some(form, (part) => part.kind === "number" && isLong(part) && !isKnown(part))) return true;
  return exactValue(form) !== null && unknowns(expression).length === 0 && some(expression, isExtreme);
};

/** Between these sizes, sixteen digits distinguish the values of short formulas. */
const [LEAST, MOST] = [1e-5, 1e6];
/** A number with more digits than this may be the first digits of a part beside it. */
const LONGEST = 9;
/**
 * A difference or a sine below this may be zero but for rounding, and so may products of it. A power and a rational
 * number may not.
 */
const REST = 1e-13;

/**
 * Whether a part without unknowns is so small or so large that the whole may differ from a short number by less than
 * sixteen digits show.
 */
const isExtreme = (part: Expression): boolean => {
  if (part.kind === "number" && part.text.length > LONGEST) return true;
  const size = compile(part, [])([]).abs();
  if (size === 0) return false;
  const isPower =
    part.kind === "operation"
      ? part.sign === "^"
      : part.kind === "number" || (part.kind === "call" && part.name === "exp");
  const mayBeZero = !isPower && exactValue(part) === null;
  return Number.isNaN(size) || size > MOST || (size < LEAST && !(mayBeZero && size < REST));
};

/**
 * Returns the whole number that an expression without unknowns equals up to rounding. Null when closeness proves
 * nothing: √(10^16 + 1), cos(10^-9).
 */
export const nearbyInteger = (expression: Expression): number | null => {
  if (some(expression, isExtreme)) return null;
  const { re, im } = compile(expression, [])([]);
  const near = Math.round(re);
  return Math.abs(re - near) < 1e-12 * Math.max(1, Math.abs(near)) && Math.abs(im) < REST ? near : null;
};

/**
 * Returns the short exact text of a real number: `sqrt(6)`, `pi/6`, `log(6)`. Null when there is none, or when
 * closeness proves nothing.
 */
export const briefly = (expression: Expression): string | null => {
  if (some(expression, isExtreme)) return null;
  const { re, im } = compile(expression, [])([]);
  if (!Number.isFinite(re) || Math.abs(im) >= REST) return null;
  const isDecimal = some(expression, (part) => part.kind === "call" && part.name === "log10");
  const power = isDecimal && Math.abs(re) < 3 ? recognise(10 ** re, 1e-14) : null;
  return power !== null && /^\d+(?:\/\d+)?$/u.test(power) && power !== "1" && !/^1(?:0)+$/u.test(power)
    ? `log10(${power})`
    : recognise(re, 1e-14);
};
