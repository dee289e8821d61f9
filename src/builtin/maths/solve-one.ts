import Complex from "complex.js";
import { type Equation, type Expression, some, unknowns } from "../../notation/expression.ts";
import { pretty } from "../../notation/pretty.ts";
import { parse } from "../../notation/read.ts";
import { ToolError } from "../../tools/contract.ts";
import { compile, compileReal } from "./numeric.ts";
import { asFraction } from "./polynomial.ts";
import { isNeverZero } from "./range.ts";
import { recognise } from "./recognise.ts";
import { agree, difference, residual } from "./residual.ts";
import { rootsOf } from "./roots.ts";
import { isScannedFinely, periodOf, scanRoots } from "./scan.ts";
import { decimal, decimalComplex, type Solved, type Value } from "./solution.ts";
import { symbolicSolutions } from "./symbolic.ts";

const EXACT_ENOUGH = 1e-9;
const MAX_LISTED = 20;
const one = (name: string, value: Value): Readonly<Record<string, Value>> => ({ [name]: value });

/** Solves one equation for one unknown; other unknowns are treated as given. */
export const solveOne = (equation: Equation, name: string): Solved => {
  const names = unknowns(difference(equation));
  if (names.some((other) => other !== name)) return withParameters(equation, name, names);
  const fraction = asFraction(difference(equation), name);
  return fraction ? rationalEquation(equation, name) : transcendental(equation, name);
};

/** Numerator and denominator are polynomials: all roots are found, and short ones exactly. */
const rationalEquation = (equation: Equation, name: string): Solved => {
  const top = asFraction(difference(equation), name)?.top ?? [];
  if (top.length === 0) return { solutions: [], note: "identity" };
  if (top.length === 1) return { solutions: [], note: "no_solution" };
  const distance = residual(equation, [name]);
  const roots = rootsOf(top).filter(({ value }) => distance([value]) < 1e-6);
  const solutions = roots.map(({ exact, value }) =>
    one(name, { exact: exact ?? decimalComplex(value), number: value }),
  );
  if (solutions.length === 0) return { solutions, note: "no_solution" };
  if (roots.every(({ value }) => value.im !== 0)) return { solutions, note: "no_real_solution" };
  return roots.some(({ exact }) => exact === null) ? { solutions, note: "some values are rounded" } : { solutions };
};

/**
 * Solves any other equation: the candidates come from the solver and from a search of the real line, and each is proved
 * by substitution.
 */
const transcendental = (equation: Equation, name: string): Solved => {
  const zero = compile(difference(equation), [name]);
  if (agree(zero, () => new Complex(0, 0), [name], 1e-12)) return { solutions: [], note: "identity" };
  const f = compileReal(difference(equation), [name]);
  const zeroTerms = termsOf(difference(equation)).map((term) => compileReal(term, [name]));
  const distance = residual(equation, [name]);
  const waves = some(
    difference(equation),
    (part) => part.kind === "call" && /^(sin|cos|tan|sec|csc|cot|floor|ceil|round|mod)$/u.test(part.name),
  );
  let fills = false;
  const period = waves ? periodOf(f) : null;
  const found = [
    ...(period ? [] : fromSolver(difference(equation), name)),
    ...(period ? scanRoots(f, -0.1, period + 0.1) : scanRoots(f)),
    ...edgesOf(difference(equation), name),
  ]
    .map((x) => (Math.abs(x) < 1e-6 && distance([new Complex(0, 0)]) < 1e-14 ? 0 : polish(f, x)))
    .filter((x) => distance([new Complex(x, 0)]) < EXACT_ENOUGH)
    .filter((x) => {
      const kind = rootKind(f, zeroTerms, x);
      fills ||= kind === "stretch";
      return kind !== null;
    })
    .map((x) => exactValue(x, (z) => distance([z])))
    .filter(({ number }) => period === null || (number.re > -1e-9 && number.re < period - 1e-9))
    .sort((a, b) => a.number.re - b.number.re)
    .filter(({ number }, at, all) => at === 0 || number.re - (all[at - 1]?.number.re ?? 0) > 1e-6);
  if (fills) return { solutions: [], note: "it holds on whole intervals, not at single points" };
  if (
    !isScannedFinely(f, ...(period === null ? [] : [-0.1, period + 0.1])) ||
    (period !== null && found.length > MAX_LISTED)
  )
    throw new ToolError(
      "The solutions are too close together to be told apart; simplify the equation or bound its unknown.",
    );
  const solutions = found.slice(0, MAX_LISTED).map((value) => one(name, value));
  if (solutions.length === 0 && isNeverZero(difference(equation))) return { solutions, note: "no_solution" };
  if (solutions.length === 0) return { solutions, note: "no real solution was found between -1000 and 1000" };
  const all = "real solutions between -1000 and 1000";
  if (period)
    return {
      solutions,
      note: `periodic: these lie in [0, ${period > 4 ? "2*pi" : "pi"}); add any multiple of ${period > 4 ? "2*pi" : "pi"}`,
    };
  if (found.length > MAX_LISTED)
    throw new ToolError(`The equation has more than ${MAX_LISTED} solutions; bound its unknown, as in 0<=x<2*pi.`);
  return waves ? { solutions, note: all } : { solutions };
};

const MAX_EDGES = 4;
/**
 * Returns the points where a root or an absolute value begins. A function may be zero there without a change of sign,
 * because it has no value on one side.
 */
const edgesOf = (zero: Expression, name: string): readonly number[] => {
  const under: Expression[] = [];
  some(zero, (part) => {
    const isRoot = part.kind === "call" && /^(sqrt|abs|cbrt|nthroot)$/u.test(part.name);
    const of = isRoot ? part.args[0] : part.kind === "operation" && part.sign === "^" ? part.left : undefined;
    if (of !== undefined && unknowns(of).length > 0 && under.length < MAX_EDGES) under.push(of);
    return false;
  });
  return under.flatMap((of) => {
    const fraction = asFraction(of, name);
    return fraction === null
      ? scanRoots(compileReal(of, [name]))
      : rootsOf(fraction.top).flatMap(({ value }) => (value.im === 0 ? [value.re] : []));
  });
};

const termsOf = (of: Expression): readonly Expression[] =>
  of.kind === "operation" && (of.sign === "+" || of.sign === "-")
    ? [...termsOf(of.left), ...termsOf(of.right)]
    : [of.kind === "negative" ? of.of : of];

/**
 * Tests whether f is zero at x, at a point or on an interval, and not merely small all around, as 2^x is far to the
 * left. Either f is much larger nearby; or it is zero nearby too, but not because all of its terms underflow.
 */
const rootKind = (
  f: (x: number) => number,
  terms: readonly ((x: number) => number)[],
  x: number,
): "point" | "stretch" | null => {
  const step = 1e-4 * Math.max(1, Math.abs(x));
  const around = [f(x - step), f(x + step)].filter((y) => Number.isFinite(y)).map(Math.abs);
  const highest = Math.max(0, ...around);
  if (highest > 0) return Math.abs(f(x)) <= 1e-5 * highest ? (around.includes(0) ? "stretch" : "point") : null;
  if (around.length === 0) return "point";
  return terms.some((term) => Math.abs(term(x)) > 1e-100) ? "stretch" : null;
};

const fromSolver = (zero: Expression, name: string): readonly number[] =>
  symbolicSolutions(zero, name).flatMap((answer) => {
    try {
      const x = compileReal(answer, [])();
      return Number.isFinite(x) ? [x] : [];
    } catch {
      return [];
    }
  });

/** Takes a few steps of Newton's method as long as they come closer. */
const polish = (f: (x: number) => number, start: number): number => {
  let x = start;
  for (let n = 0; n < 6; n++) {
    const h = 1e-6 * Math.max(1, Math.abs(x));
    const next = x - (2 * h * f(x)) / (f(x + h) - f(x - h));
    if (
      !Number.isFinite(next) ||
      Math.abs(f(next)) >= Math.abs(f(x)) ||
      Math.abs(next - x) > 0.01 * Math.max(1, Math.abs(x))
    )
      break;
    x = next;
  }
  return x;
};

/**
 * Returns the nearby number with a short exact text, if it solves the equation at least as well, and the decimals
 * otherwise.
 */
const exactValue = (x: number, distance: (z: Complex) => number): Value => {
  for (const near of [x, Number(x.toPrecision(7))]) {
    const exact = recognise(near) ?? roughly(near);
    if (exact === null) continue;
    const value = new Complex(compileReal(parse(exact), [])(), 0);
    if (
      Math.abs(value.re - x) < 1e-6 * Math.max(1, Math.abs(x)) &&
      distance(value) <= Math.max(1e-13, distance(new Complex(x, 0)))
    )
      return { exact, number: value };
  }
  return { exact: decimal(x), number: new Complex(x, 0) };
};

/** Double roots are known to 8 digits only, so a nearby multiple of π/12 is tried. */
const roughly = (x: number): string | null => {
  const twelfths = (x / Math.PI) * 12;
  const near = Math.round(twelfths);
  return near !== 0 && Math.abs(twelfths - near) < 1e-5 ? recognise((near * Math.PI) / 12) : null;
};

/** Returns solutions that contain other unknowns, proved at several values of these. */
const withParameters = (equation: Equation, name: string, names: readonly string[]): Solved => {
  const others = names.filter((other) => other !== name);
  const solutions = symbolicSolutions(difference(equation), name)
    .filter((answer) => {
      try {
        const value = compile(answer, others);
        const [left, right] = [compile(equation.left, [name, ...others]), compile(equation.right, [name, ...others])];
        return (
          agree(
            (point) => left([value(point), ...point]),
            (point) => right([value(point), ...point]),
            others,
          ) === true
        );
      } catch {
        return false;
      }
    })
    .map((answer) => one(name, { exact: pretty(answer), number: Complex.NAN }));
  return solutions.length > 0 ? { solutions } : { solutions, note: "no closed form was found" };
};
