import Complex from "complex.js";
import { type Equation, type Expression, operation, unknowns } from "../../notation/expression.ts";
import { parse, parseEquation } from "../../notation/read.ts";
import { compile } from "./numeric.ts";
import { agree, difference, residual } from "./residual.ts";

/** An exact value solves an equation when the relative difference of the sides is at most this. */
const TOLERANCE = 1e-9;

/**
 * Substitutes values into equations. True when every equation holds, false when one does not, null when that cannot be
 * decided because a text cannot be read or an unknown has no value. A rounded value (`1.414`) may differ by what its
 * last digit allows. Values may contain other unknowns (`3-y`): then the equations must hold for all values of these.
 * Never throws; the cost grows with the length of the texts.
 */
export const checkSolution = (
  equations: readonly string[],
  values: Readonly<Record<string, string>>,
): boolean | null => {
  try {
    const read = equations.map(parseEquation);
    const names = Object.keys(values);
    const given = names.map((name) => parse(values[name] ?? ""));
    if (read.length === 0 || names.length === 0) return null;
    const verdicts = read.map((equation) => holds(equation, names, given));
    return verdicts.includes(false) ? false : verdicts.includes(null) ? null : true;
  } catch {
    return null;
  }
};

const holds = (equation: Equation, names: readonly string[], given: readonly Expression[]): boolean | null => {
  const free = unknowns(...given);
  const known = new Set([...names, ...free]);
  if (free.some((name) => names.includes(name))) return null;
  if (unknowns(difference(equation)).some((name) => !known.has(name))) return null;
  if (free.length > 0) {
    const values = given.map((value) => compile(value, free));
    const sides = [equation.left, equation.right].map((side) => compile(side, [...names, ...free]));
    const [left, right] = sides.map(
      (side) => (point: readonly Complex[]) => side([...values.map((value) => value(point)), ...point]),
    );
    return left && right ? agree(left, right, free) : null;
  }
  const point = given.map((value) => compile(value, [])([]));
  const distance = residual(equation, names)(point);
  // A side without a value, such as 1/0: the value lies outside the equation's domain.
  if (Number.isNaN(distance)) return point.every((value) => value.isFinite()) ? false : null;
  return distance <= TOLERANCE || distance <= TOLERANCE + roundingOf(equation, names, given, point);
};

/** Returns how much the sides may differ because decimals were rounded in their last digit. */
const roundingOf = (
  equation: Equation,
  names: readonly string[],
  given: readonly Expression[],
  point: readonly Complex[],
): number => {
  const gap = compile(operation("-", equation.left, equation.right), names);
  const scale = Math.max(1, ...[equation.left, equation.right].map((side) => compile(side, names)(point).abs()));
  return given.reduce((total, value, at) => {
    const half = halfDigit(value);
    if (half === 0) return total;
    const moved = (by: number): Complex => gap(point.map((z, n) => (n === at ? z.add(new Complex(by, 0)) : z)));
    const spread = moved(half).sub(moved(-half)).abs();
    return total + (Number.isFinite(spread) ? (point[at]?.im === 0 ? 0.55 : 0.8) * spread : 0) / scale;
  }, 0);
};

/** Returns half a unit of the last decimal of a real or complex decimal number, and 0 for anything exact. */
const halfDigit = (value: Expression): number => {
  if (value.kind === "negative") return halfDigit(value.of);
  if (value.kind === "operation" && /[+-]/u.test(value.sign))
    return Math.max(halfDigit(value.left), halfDigit(value.right));
  if (value.kind === "operation" && value.sign === "*" && value.right.kind === "name" && value.right.name === "i")
    return halfDigit(value.left);
  const decimals = value.kind === "number" ? /^\d*\.(\d+)$/u.exec(value.text)?.[1] : undefined;
  return decimals === undefined ? 0 : 0.5 * 10 ** -decimals.length;
};
