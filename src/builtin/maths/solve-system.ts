import Complex from "complex.js";
import { type Equation, type Expression, number, operation, replace, unknowns } from "../../notation/expression.ts";
import { pretty } from "../../notation/pretty.ts";
import { print } from "../../notation/print.ts";
import { parse } from "../../notation/read.ts";
import { isEqual } from "./equal.ts";
import { compile } from "./numeric.ts";
import { asFraction } from "./polynomial.ts";
import { agree, difference, residual } from "./residual.ts";
import { type Solved, same, type Value } from "./solution.ts";
import { solveOne } from "./solve-one.ts";
import { symbolic } from "./symbolic.ts";

export const MAX_BRANCHES = 32;
export const zeroEquation = (zero: Expression): Equation => ({ left: zero, right: number(0) });

/** The value of an unknown in terms of unknowns that were eliminated after it. */
interface Step {
  readonly name: string;
  readonly value: Expression;
}

/**
 * Solves several equations by elimination. An equation that is linear in an unknown gives that unknown, which is
 * substituted into the others until one equation in one unknown is left. Null when no equation allows that.
 */
export const solveSystem = (equations: readonly Equation[], names: readonly string[]): Solved | null => {
  const branches = eliminate(equations.map(difference), names, []);
  if (branches === null) return null;
  const solutions: Readonly<Record<string, Value>>[] = [];
  let free = false;
  for (const steps of branches) {
    const solution = backSubstitute(steps, names);
    if (solution === null) continue;
    const given = unknownsOf(solution);
    free ||= given.some((name) => names.includes(name));
    if (!holds(equations, solution, given)) continue;
    if (!solutions.some((other) => same(other, solution))) solutions.push(solution);
  }
  if (solutions.length === 0) return { solutions, note: "no_solution" };
  if (free) return { solutions, note: "infinitely_many: unknowns on the right-hand sides are free" };
  return Object.values(solutions).every((one) =>
    Object.values(one).some(({ number: z }) => z.im !== 0 && !Number.isNaN(z.im)),
  )
    ? { solutions, note: "no_real_solution" }
    : { solutions };
};

export const unknownsOf = (solution: Readonly<Record<string, Value>>): readonly string[] => [
  ...new Set(Object.values(solution).flatMap(({ exact }) => unknowns(parse(exact)))),
];

/** Tests whether a solution satisfies every equation. `given` are the unknowns that its values contain. */
export const holds = (
  equations: readonly Equation[],
  solution: Readonly<Record<string, Value>>,
  given: readonly string[],
): boolean => {
  const names = Object.keys(solution);
  const values = names.map((name) => compile(parse(solution[name]?.exact ?? "0"), given));
  if (given.length === 0) {
    // When the text is rounded, the number is more precise.
    const point = names.map((name) => solution[name]?.number ?? Complex.NAN);
    return equations.every((equation) => residual(equation, names)(point) < 1e-6);
  }
  return equations.every(({ left, right }) => {
    const [l, r] = [compile(left, [...names, ...given]), compile(right, [...names, ...given])];
    const at = (point: readonly Complex[]): readonly Complex[] => [...values.map((value) => value(point)), ...point];
    return (
      agree(
        (point) => l(at(point)),
        (point) => r(at(point)),
        given,
      ) === true
    );
  });
};

/** Whether an expression is certainly zero, certainly another constant, or neither (null). */
const constant = (zero: Expression): "zero" | "other" | null => {
  const names = unknowns(zero);
  try {
    const f = compile(zero, names);
    if (agree(f, () => new Complex(0, 0), names, 1e-10) === true) return "zero";
    return names.length === 0 ? "other" : null;
  } catch {
    return null;
  }
};

const eliminate = (
  zeros: readonly Expression[],
  names: readonly string[],
  steps: readonly Step[],
): readonly (readonly Step[])[] | null => {
  const kinds = zeros.map(constant);
  if (kinds.includes("other")) return [];
  const open = zeros.filter((_, n) => kinds[n] === null);
  if (open.length === 0) return [steps];
  const present = names.filter((name) => open.some((zero) => unknowns(zero).includes(name)));
  const lonely = open.find((zero) => present.filter((name) => unknowns(zero).includes(name)).length === 1);
  const only = lonely && present.find((name) => unknowns(lonely).includes(name));
  if (lonely && only !== undefined) {
    const { solutions, note } = solveOne(zeroEquation(lonely), only);
    if (solutions.length === 0 && note !== undefined && !/^no_/u.test(note)) return null;
    return branch(
      solutions.slice(0, MAX_BRANCHES).map((one) => exactly(one[only])),
      only,
      open.filter((zero) => zero !== lonely),
      names,
      steps,
    );
  }
  const pivot = linearIn(open, present);
  if (pivot === null) return present.length === 0 ? [] : null;
  return branch(
    [pivot.value],
    pivot.name,
    open.filter((zero) => zero !== pivot.zero),
    names,
    steps,
  );
};

/** Parses the text of a value, or its decimals to 15 digits when the text is rounded. */
export const exactly = (value: Value | undefined): Expression => {
  if (value === undefined) return number(0);
  const isRounded = /\.\d/u.test(value.exact) && !Number.isNaN(value.number.re);
  if (!isRounded) return parse(value.exact);
  const re = parse(String(value.number.re));
  return value.number.im === 0
    ? re
    : operation("+", re, operation("*", parse(String(value.number.im)), { kind: "name", name: "i" }));
};

const branch = (
  values: readonly Expression[],
  name: string,
  rest: readonly Expression[],
  names: readonly string[],
  steps: readonly Step[],
): readonly (readonly Step[])[] | null => {
  const all: (readonly Step[])[] = [];
  for (const value of values) {
    const inserted = rest.map((zero) => tidy(replace(zero, name, value)));
    const found = eliminate(
      inserted,
      names.filter((other) => other !== name),
      [...steps, { name, value }],
    );
    if (found === null) return null;
    all.push(...found);
    if (all.length > MAX_BRANCHES) break;
  }
  return all;
};

/** Substitution makes expressions grow. Nerdamer shortens them again, if its result is provably equal. */
const tidy = (expression: Expression): Expression => {
  const names = unknowns(expression);
  const only = names[0];
  if (only !== undefined && names.length === 1 && asFraction(expression, only)) return expression;
  const small = symbolic(`expand(${print(expression)})`);
  return small && isEqual(small, expression) ? small : expression;
};

/** Finds an equation c·x + r = 0 in which neither c nor r contains x. It prefers one in which c is a number. */
const linearIn = (
  zeros: readonly Expression[],
  names: readonly string[],
): { readonly zero: Expression; readonly name: string; readonly value: Expression } | null => {
  let second: { readonly zero: Expression; readonly name: string; readonly value: Expression } | null = null;
  for (const zero of zeros)
    for (const name of names) {
      if (!unknowns(zero).includes(name)) continue;
      const slope = symbolic(`diff(${print(zero)},${name})`);
      if (slope === null || unknowns(slope).includes(name) || constant(slope) === "zero") continue;
      const rest = symbolic(print(replace(zero, name, number(0))));
      if (rest === null) continue;
      const quotient = operation("/", { kind: "negative", of: rest }, slope);
      const value = symbolic(quotient) ?? quotient;
      if (unknowns(slope).length === 0) return { zero, name, value };
      second ??= { zero, name, value };
    }
  return second;
};

const backSubstitute = (steps: readonly Step[], names: readonly string[]): Readonly<Record<string, Value>> | null => {
  const known = new Map<string, Expression>();
  for (const { name, value } of [...steps].reverse()) {
    let whole = value;
    for (const [other, expression] of known) whole = replace(whole, other, expression);
    known.set(name, whole);
  }
  const solution: Record<string, Value> = {};
  for (const name of names) {
    const expression = known.get(name);
    if (expression === undefined) continue;
    const value = toValue(expression);
    if (value === null) return null;
    solution[name] = value;
  }
  return solution;
};

const toValue = (expression: Expression): Value | null => {
  const names = unknowns(expression);
  if (names.length > 0) return { exact: pretty(symbolic(expression) ?? expression), number: Complex.NAN };
  // A constant is the root of x − c = 0: the solver for one unknown formats it exactly if it is rational.
  const rational = asFraction(expression, "");
  if (rational) {
    const solved = solveOne({ left: { kind: "name", name: "x" }, right: expression }, "x").solutions[0]?.x;
    if (solved) return solved;
  }
  const value = compile(expression, [])([]);
  if (!value.isFinite()) return null;
  const cleaned = new Complex(value.re, Math.abs(value.im) < 1e-12 * Math.max(1, value.abs()) ? 0 : value.im);
  return { exact: exactText(expression), number: cleaned };
};

const exactText = (expression: Expression): string => {
  const simple = symbolic(`expand(${print(expression)})`);
  return pretty(simple ?? expression);
};
