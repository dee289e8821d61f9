import { type Comparison, type Expression, operation, some } from "../../notation/expression.ts";
import { ToolError } from "../../tools/contract.ts";
import { compileReal } from "./numeric.ts";
import { asFraction, type Polynomial } from "./polynomial.ts";
import { rootsOf } from "./roots.ts";
import { decimal } from "./solution.ts";
import { solveOne } from "./solve-one.ts";

/** A point of the line where the truth may change: its exact text and its position. */
export interface Point {
  readonly exact: string;
  readonly at: number;
}

const WITH_EDGES = /^(?:abs|sqrt|log|log10|log2|exp)$/;
const isFollowed = (expression: Expression): boolean =>
  !some(expression, (part) => part.kind === "call" && !WITH_EDGES.test(part.name));

const realRoots = (polynomial: Polynomial): readonly Point[] =>
  polynomial.length < 2
    ? []
    : rootsOf(polynomial).flatMap(({ exact, value }) =>
        value.im === 0 ? [{ exact: exact ?? decimal(value.re), at: value.re }] : [],
      );

/**
 * Returns where the expression is zero or changes its form: zeros and poles, also of the arguments of abs, sqrt and
 * log.
 */
const pointsOf = (expression: Expression, name: string): readonly Point[] => {
  const fraction = asFraction(expression, name);
  if (fraction !== null) return [...realRoots(fraction.top), ...realRoots(fraction.bottom)];
  if (!isFollowed(expression))
    throw new ToolError(
      "Inequalities with sin, cos, tan and similar functions cannot be solved; solve the equation instead.",
    );
  const { solutions } = solveOne({ left: expression, right: { kind: "number", text: "0" } }, name);
  const zeros = solutions.flatMap((one) => {
    const value = one[name];
    return value === undefined || value.number.im !== 0 ? [] : [{ exact: value.exact, at: value.number.re }];
  });
  return [...zeros, ...edgesOf(expression, name)];
};

const edgesOf = (expression: Expression, name: string): readonly Point[] => {
  switch (expression.kind) {
    case "number":
    case "name":
      return [];
    case "negative":
      return edgesOf(expression.of, name);
    case "operation": {
      const inside = [...edgesOf(expression.left, name), ...edgesOf(expression.right, name)];
      return expression.sign === "/" ? [...inside, ...pointsOf(expression.right, name)] : inside;
    }
    case "call":
      return expression.args.flatMap((arg) => [...edgesOf(arg, name), ...pointsOf(arg, name)]);
  }
};

/** Returns the breakpoints of all comparisons, from left to right, each once. */
export const breakpoints = (comparisons: readonly Comparison[], name: string): readonly Point[] => {
  const all = comparisons.flatMap(({ sides }) =>
    sides.slice(1).flatMap((side, at) => pointsOf(operation("-", sides[at] ?? side, side), name)),
  );
  return [...all]
    .sort((a, b) => a.at - b.at || a.exact.length - b.exact.length)
    .filter(({ at }, n, sorted) => n === 0 || at - (sorted[n - 1]?.at ?? 0) > 1e-9 * Math.max(1, Math.abs(at)));
};

/**
 * Tests whether all comparisons hold at a real number. False when a side has no value. `isEdge`: nearly equal values
 * count as equal.
 */
export const truthOf = (
  comparisons: readonly Comparison[],
  name: string,
): ((x: number, isEdge: boolean) => boolean) => {
  const compiled = comparisons.map(({ sides, relations }) => ({
    relations,
    sides: sides.map((side) => compileReal(side, [name])),
  }));
  return (x, isEdge) =>
    compiled.every(({ sides, relations }) => {
      const values = sides.map((side) => side(x));
      return relations.every((relation, n) => {
        const [a, b] = [values[n] ?? Number.NaN, values[n + 1] ?? Number.NaN];
        // Far out a side may be too large for a double; at a breakpoint that means a pole.
        if (Number.isNaN(a) || Number.isNaN(b) || (!Number.isFinite(a) && a === b)) return false;
        if (isEdge && !(Number.isFinite(a) && Number.isFinite(b))) return false;
        const isEqual =
          isEdge && Number.isFinite(a - b) ? Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)) : a === b;
        if (relation === "=" || relation === "≠") return isEqual === (relation === "=");
        if (relation === "≤" || relation === "≥") return isEqual || (relation === "≤" ? a < b : a > b);
        return !isEqual && (relation === "<" ? a < b : a > b);
      });
    });
};
