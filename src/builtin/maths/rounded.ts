import { type Expression, some, unknowns } from "../../notation/expression.ts";
import { exactValue } from "./exact.ts";
import { compile } from "./numeric.ts";
import { recognise } from "./recognise.ts";

/** Digits of a numerator or denominator that no short formula comes to by itself. */
const LONG = 7;

/**
 * Whether a form of an expression may be no more than near it: its numbers are too long to stem from the expression, decimals in the
 * guise of a fraction, such as 491701844/78256779 for 2π; or it is rational, and nearness proves nothing of the expression.
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

/** The sizes between which sixteen digits tell numbers apart that a short formula can come to. */
const [LEAST, MOST] = [1e-5, 1e6];
/** A difference or a sine may be zero but for rounding, and so may products of it; a power and a rational number are not. */
/** A number with more digits than this may be the first digits of what it stands beside. */
const LONGEST = 9;
const REST = 1e-13;

/** Whether a part without unknowns is so small or large that the whole may differ from a short number by less than sixteen digits show. */
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

/** The whole number that an expression without unknowns comes to within rounding; null where nearness proves nothing: √(10^16 + 1), cos(10^-9). */
export const nearbyInteger = (expression: Expression): number | null => {
  if (some(expression, isExtreme)) return null;
  const { re, im } = compile(expression, [])([]);
  const near = Math.round(re);
  return Math.abs(re - near) < 1e-12 * Math.max(1, Math.abs(near)) && Math.abs(im) < REST ? near : null;
};

/** The short exact text of a real number, `sqrt(6)`, `pi/6`, `log(6)`; null where there is none, or nearness proves nothing. */
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
