import {
  CONSTANTS,
  type Comparison,
  type Equation,
  type Expression,
  operation,
  unknowns,
} from "../../notation/expression.ts";
import { parseComparison, parseEquation } from "../../notation/read.ts";
import { ToolError } from "../../tools/contract.ts";
import { intervalsOf, rangeText } from "./inequality.ts";
import { difference } from "./residual.ts";
import { decimal, decimalComplex, inOrder, type Solved, type Value } from "./solution.ts";
import { solveOne } from "./solve-one.ts";
import { solveSquares } from "./solve-squares.ts";
import { solveSystem } from "./solve-system.ts";
import { stepsOf } from "./steps.ts";
import { onlyWithin } from "./within.ts";

/** The result of `solve_equation`. */
export interface Solution {
  readonly solutions: readonly Readonly<Record<string, string>>[];
  readonly approximate: readonly Readonly<Record<string, string>>[];
  readonly note?: string;
  /** For inequalities, the real numbers that satisfy them: `x < 2 or x > 3`, `all`, `none`. */
  readonly range?: string;
  readonly steps: readonly string[];
}

const PREFERRED = ["x", "y", "z", "t", "n", "u", "v", "w"];

/** Returns the requested unknowns, or else as many as there are equations, x, y, z first. */
const chooseUnknowns = (
  equations: readonly Equation[],
  requested: readonly string[] | undefined,
): readonly string[] => {
  const present = [...new Set(equations.flatMap((equation) => unknowns(difference(equation))))];
  if (requested !== undefined && requested.length > 0) {
    const missing = requested.find((name) => !present.includes(name) || CONSTANTS.has(name));
    if (missing !== undefined && present.length > 0)
      throw new ToolError(
        `The unknown "${missing.slice(0, 40)}" does not occur in the equations; their unknowns are ${present.join(", ")}.`,
      );
    return requested;
  }
  const rank = (name: string): number => (PREFERRED.indexOf(name) + PREFERRED.length + 1) % (PREFERRED.length + 1);
  const ordered = [...present].sort(
    (a, b) => (PREFERRED.includes(a) ? rank(a) : 99) - (PREFERRED.includes(b) ? rank(b) : 99),
  );
  return equations.length === 1 ? ordered.slice(0, 1) : ordered;
};

const isTrue = ({ left, right }: Equation): boolean => {
  const { note } = solveOne(
    {
      left: operation("+", left, { kind: "name", name: "x" }),
      right: operation("+", right, { kind: "name", name: "x" }),
    },
    "x",
  );
  return note === "identity";
};

/** Solves one equation or a system. Throws a ToolError that says what to do instead when it cannot. */
export const solve = (texts: readonly string[], requested?: readonly string[]): Solution => {
  const comparisons = texts.map(parseComparison);
  const isBound = ({ relations }: Comparison): boolean => relations.some((relation) => relation !== "=");
  const bounds = comparisons.filter(isBound);
  if (bounds.length === 0) return solveEquations(texts, requested);
  if (bounds.some(({ relations }) => relations.includes("≠") || relations.includes("=")))
    throw new ToolError("An inequality may use <, >, ≤ and ≥ only; give each equation on its own.");
  const names = unknowns(...comparisons.flatMap(({ sides }) => sides));
  const [name] = names;
  for (const { sides } of bounds) sides.forEach(refuseCommands);
  if (names.length !== 1 || name === undefined)
    throw new ToolError("An inequality may have one unknown only; substitute the others first.");
  const equations = texts.filter((_, at) => !bounds.includes(comparisons[at] as Comparison));
  if (equations.length > 1) throw new ToolError("Give one equation with its bounds, or inequalities alone.");
  const [equation] = equations;
  if (equation === undefined)
    return { solutions: [], approximate: [], range: rangeText(intervalsOf(bounds, name), name), steps: [] };
  const parsed = parseEquation(equation);
  refuseCommands(difference(parsed));
  return present(onlyWithin(solveOne(parsed, name), bounds, name), []);
};

const solveEquations = (texts: readonly string[], requested?: readonly string[]): Solution => {
  const equations = texts.map(parseEquation);
  for (const equation of equations) refuseCommands(difference(equation));
  const names = chooseUnknowns(equations, requested);
  const [first] = equations;
  if (names.length === 0) {
    const note = equations.every(isTrue) ? "identity" : "no_solution";
    return { solutions: [], approximate: [], note, steps: [] };
  }
  const only = names.length === 1 ? names[0] : undefined;
  const solved =
    equations.length === 1 && first && only !== undefined
      ? solveOne(first, only)
      : (solveSystem(equations, names) ?? solveSquares(equations, names));
  if (solved === null)
    throw new ToolError(
      "This system cannot be solved, because no equation determines one unknown by itself. Eliminate an unknown first, or give a simpler system.",
    );
  const steps =
    equations.length === 1 && first && only !== undefined ? stepsOf(texts[0] ?? "", first, only, solved) : [];
  return present(solved, steps);
};

const refuseCommands = (expression: Expression): void => {
  const text = JSON.stringify(expression);
  const command = /"name":"(diff|integrate|defint|limit|sum|product|factor|expand|simplify)"/u.exec(text)?.[1];
  if (command !== undefined)
    throw new ToolError(`Compute ${command}(…) with calculate first, then solve the equation.`);
};

const present = ({ solutions, note }: Solved, steps: readonly string[]): Solution => {
  const ordered = [...solutions].sort(inOrder);
  const texts = (of: (value: Value) => string): readonly Readonly<Record<string, string>>[] =>
    ordered.map((solution) => Object.fromEntries(Object.entries(solution).map(([name, value]) => [name, of(value)])));
  const approximate = texts(({ exact, number }) =>
    Number.isNaN(number.re) ? exact : number.im === 0 ? decimal(number.re) : decimalComplex(number),
  );
  return { solutions: texts(({ exact }) => exact), approximate, ...(note === undefined ? {} : { note }), steps };
};
