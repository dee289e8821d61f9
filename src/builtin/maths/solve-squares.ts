import { type Equation, type Expression, number, operation, unknowns } from "../../notation/expression.ts";
import { difference } from "./residual.ts";
import type { Solved, Value } from "./solution.ts";
import { solveOne } from "./solve-one.ts";
import { exactly, holds, MAX_BRANCHES, solveSystem, unknownsOf, zeroEquation } from "./solve-system.ts";

/**
 * Solves systems such as x² + y² = 25, x² − y² = 7 for the squares first. Null when no unknown occurs in squares only.
 */
export const solveSquares = (equations: readonly Equation[], names: readonly string[]): Solved | null => {
  const squared = names.filter((name) =>
    equations.every((equation) => !unknowns(replaceSquare(difference(equation), name)).includes(name)),
  );
  if (squared.length === 0) return null;
  const renamed = names.map((name) => (squared.includes(name) ? squareOf(name) : name));
  const inSquares = equations.map((equation) => zeroEquation(squared.reduce(replaceSquare, difference(equation))));
  const solved = solveSystem(inSquares, renamed);
  if (solved === null) return null;
  const complete = solved.solutions.flatMap((solution) =>
    names.reduce<readonly Readonly<Record<string, Value>>[]>(
      (partial, name) => {
        const value = solution[squared.includes(name) ? squareOf(name) : name];
        if (value === undefined) return partial;
        const values = squared.includes(name) ? rootsOf(exactly(value)) : [value];
        return partial.flatMap((one) => values.map((each) => ({ ...one, [name]: each })));
      },
      [{}],
    ),
  );
  const solutions = complete.filter((solution) => unknownsOf(solution).length === 0 && holds(equations, solution, []));
  return solutions.length > 0
    ? { solutions: solutions.slice(0, MAX_BRANCHES) }
    : solved.solutions.length > 0
      ? null
      : { solutions, note: "no_solution" };
};

const squareOf = (name: string): string => `${name}_squared`;
const rootsOf = (square: Expression): readonly Value[] =>
  solveOne({ left: operation("^", { kind: "name", name: "x" }, number(2)), right: square }, "x").solutions.flatMap(
    (one) => one.x ?? [],
  );

/** Replaces x^2 and x^4 by powers of one new unknown. */
const replaceSquare = (expression: Expression, name: string): Expression => {
  const square: Expression = { kind: "name", name: squareOf(name) };
  const replaced = (part: Expression): Expression => {
    if (
      part.kind === "operation" &&
      part.sign === "^" &&
      part.left.kind === "name" &&
      part.left.name === name &&
      part.right.kind === "number"
    ) {
      if (part.right.text === "2") return square;
      if (part.right.text === "4") return operation("^", square, number(2));
    }
    if (part.kind === "negative") return { kind: "negative", of: replaced(part.of) };
    if (part.kind === "operation") return operation(part.sign, replaced(part.left), replaced(part.right));
    return part.kind === "call" ? { ...part, args: part.args.map(replaced) } : part;
  };
  return replaced(expression);
};
