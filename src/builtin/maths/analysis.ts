import { call, type Expression, negative, number, operation, replace, unknowns } from "../../notation/expression.ts";
import { pretty } from "../../notation/pretty.ts";
import { parse } from "../../notation/read.ts";
import { ToolError } from "../../tools/contract.ts";
import type { Calculated } from "./calculated.ts";
import { differentiate } from "./calculus.ts";
import { exactValue, fromRational } from "./exact.ts";
import { compileReal } from "./numeric.ts";
import { asFraction } from "./polynomial.ts";
import { breakpoints, type Point } from "./real-line.ts";
import { calculatedOf } from "./show.ts";
import { simplest } from "./symbolic.ts";

const isPoint = (of: Expression | undefined): of is Extract<Expression, { kind: "call" }> =>
  of?.kind === "call" && of.name === "point";
const pairOf = (args: readonly Expression[], usage: string): readonly (readonly [Expression, Expression])[] => {
  const [a, b] = args;
  if (!isPoint(a) || !isPoint(b) || a.args.length !== b.args.length || a.args.some((one) => unknowns(one).length > 0))
    throw new ToolError(`Usage: ${usage}.`);
  return a.args.map((one, n) => [one, b.args[n] ?? number(0)] as const);
};
const text = (of: Expression): string => calculatedOf(of).result;
const isNear = (a: number, b: number, tolerance = 1e-6): boolean =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
const unproved = (): never => {
  throw new ToolError("The result could not be verified; simplify the input.");
};

export const distance = (args: readonly Expression[]): Calculated => {
  const steps = pairOf(args, "distance((0, 0), (3, 4))").map(([a, b]) =>
    operation("^", operation("-", b, a), number(2)),
  );
  const squares = steps.reduce((sum, step) => operation("+", sum, step));
  return {
    ...calculatedOf(call("sqrt", squares)),
    steps: [`sqrt(${steps.map(pretty).join(" + ")}) = sqrt(${text(squares)})`],
  };
};

export const slope = (args: readonly Expression[]): Calculated => {
  const [x, y] = pairOf(args, "slope((0, 0), (3, 4))");
  if (x === undefined || y === undefined || args.some((one) => isPoint(one) && one.args.length !== 2))
    throw new ToolError("slope takes two points with two coordinates each: slope((0, 0), (3, 4)).");
  const [run, rise] = [operation("-", x[1], x[0]), operation("-", y[1], y[0])];
  if (isNear(compileReal(run, [])(), 0, 1e-12)) throw new ToolError("The line is vertical and has no slope.");
  return { ...calculatedOf(operation("/", rise, run)), steps: [`(${pretty(rise)})/(${pretty(run)})`] };
};

export const midpoint = (args: readonly Expression[]): Calculated => {
  const middles = pairOf(args, "midpoint((0, 0), (3, 4))").map(([a, b]) =>
    operation("/", operation("+", a, b), number(2)),
  );
  return { result: `(${middles.map(text).join(", ")})` };
};

/** tangent(f, x, a[, b]): the line through (a, f(a)). If b is given, it must equal f(a). */
export const tangent = ([f, by, a, b]: readonly Expression[]): Calculated => {
  if (f === undefined || by?.kind !== "name" || a === undefined) throw new ToolError("Usage: tangent(f, x, a).");
  const derivative = differentiate([f, by]);
  const [height, rise] = [simplest(replace(f, by.name, a)), simplest(replace(derivative, by.name, a))];
  const values = [height, rise, a].map((one) => compileReal(one, [])());
  const [level = Number.NaN, steepness = Number.NaN, at = Number.NaN] = values;
  if (values.some((value) => !Number.isFinite(value)))
    throw new ToolError("The function has no tangent at this point; choose another one.");
  if (b !== undefined && !isNear(compileReal(b, [])(), level, 1e-9))
    throw new ToolError("The point does not lie on the curve; choose one that does.");
  const g = compileReal(f, [by.name]);
  const h = 1e-4 * Math.max(1, Math.abs(at));
  if (!isNear((g(at + h) - g(at - h)) / (2 * h), steepness, 1e-4)) return unproved();
  const line = operation("+", operation("*", rise, operation("-", by, a)), height);
  const [m, c] = [exactValue(rise), exactValue(operation("-", height, operation("*", rise, a)))];
  const result =
    m && c ? pretty(operation("+", operation("*", fromRational(m), by), fromRational(c))) : pretty(simplest(line));
  return {
    result: `y=${exactLine(result, by.name, m && c)}`,
    steps: [
      `f'(${by.name}) = ${pretty(derivative)}`,
      `f'(${pretty(a)}) = ${pretty(rise)}, f(${pretty(a)}) = ${pretty(height)}`,
    ],
  };
};
/** Simplifies an exact line, which drops a term of zero times x. An empty text becomes the name. */
const exactLine = (line: string, name: string, isExact: unknown): string =>
  (isExact ? text(parse(line)) : line).replace(/^$/, name);

/** vertex(f, x): the vertex of a parabola, as a point. */
export const vertex = ([f, by]: readonly Expression[]): Calculated => {
  if (f === undefined || by?.kind !== "name") throw new ToolError("Usage: vertex(f, x).");
  const fraction = asFraction(f, by.name);
  const [, b, a, ...more] = fraction?.top ?? [];
  if (fraction === null || a === undefined || b === undefined || more.length > 0 || fraction.bottom.length !== 1)
    throw new ToolError("vertex takes a parabola, that is a polynomial of degree 2.");
  const x = negative(operation("/", fromRational(b), operation("*", number(2), fromRational(a))));
  const y = replace(f, by.name, x);
  const g = compileReal(f, [by.name]);
  const at = compileReal(x, [])();
  if (!isNear(g(at - 1), g(at + 1)) || !isNear(g(at), compileReal(y, [])())) return unproved();
  return {
    result: `(${text(x)}, ${text(y)})`,
    steps: [`${by.name} = -b/(2*a) = ${text(x)}`, `f(${text(x)}) = ${text(y)}`],
  };
};

/** extrema(f, x): `local maximum 2 at x = -1; local minimum -2 at x = 1`, from left to right, or `none`. */
export const extrema = ([f, by]: readonly Expression[]): Calculated => {
  if (f === undefined || by?.kind !== "name") throw new ToolError("Usage: extrema(f, x).");
  const x = by.name;
  if (unknowns(f).some((other) => other !== x) || asFraction(f, x) === null)
    throw new ToolError("extrema takes a polynomial, or a quotient of two, in one unknown.");
  const derivative = differentiate([f, by]);
  const zero = { sides: [derivative, number(0)], relations: ["=" as const] };
  const points = breakpoints([zero], x);
  const g = compileReal(f, [x]);
  const found = points.flatMap((point, n) => extremumAt(f, x, g, point, points[n - 1], points[n + 1]));
  return {
    result: found.join("; ") || "none",
    steps: [
      `f'(${x}) = ${pretty(derivative)}`,
      `f'(${x}) = 0: ${points.map(({ exact }) => `${x} = ${exact}`).join(", ") || "-"}`,
    ],
  };
};

const extremumAt = (
  f: Expression,
  x: string,
  g: (x: number) => number,
  { exact, at }: Point,
  before?: Point,
  after?: Point,
): readonly string[] => {
  const height = g(at);
  const reach = Math.min(1, (at - (before?.at ?? at - 2)) / 2, ((after?.at ?? at + 2) - at) / 2);
  const sides = [-1, -0.5, 0.5, 1].map((step) => g(at + step * reach) - height);
  if (!Number.isFinite(height) || sides.some((side) => !Number.isFinite(side) || side === 0)) return [];
  const isMaximum = sides.every((side) => side < 0);
  if (!isMaximum && !sides.every((side) => side > 0)) return [];
  const value = calculatedOf(replace(f, x, parse(exact)));
  if (!isNear(compileReal(parse(value.result), [])(), height)) return unproved();
  return [`local ${isMaximum ? "maximum" : "minimum"} ${value.result} at ${x} = ${exact}`];
};
