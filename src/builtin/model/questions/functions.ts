import { type Comparison, type Expression, number, unknowns } from "../../../notation/expression.ts";
import { equationOf, type Match } from "./rule.ts";

/** A function given by a question: its expression and its variable. */
export interface Given {
  readonly of: Expression;
  readonly variable: string;
}

/** Returns the variable that an operation usually applies to when the question names none. */
export const customary = (expression: Expression): string => {
  const names = unknowns(expression);
  return ["x", "t", "theta", "y", "z", "u"].find((name) => names.includes(name)) ?? names[0] ?? "x";
};

/** `f(x) = x^2` and `y = x^2` define x^2; `x^2 + y = 3` is not a definition. */
export const definitionIn = (comparison: Comparison): (Given & { readonly name: string }) | null => {
  const equation = equationOf(comparison);
  if (equation === null) return null;
  const { left, right } = equation;
  const [argument] = left.kind === "call" && /^[fghFGHP]$/.test(left.name) && left.args.length === 1 ? left.args : [];
  if (left.kind === "call" && argument?.kind === "name") return { of: right, variable: argument.name, name: left.name };
  if (left.kind !== "name" || !/^[yfghs]$/.test(left.name) || unknowns(right).includes(left.name)) return null;
  return { of: right, variable: customary(right), name: left.name };
};

/**
 * Returns the function in a group: an expression, or the right side of its definition. Null when it is neither, or not
 * plain (see `isPlain`).
 */
export const functionIn = (match: Match, group: string, base: "natural" | "decimal" = "decimal"): Given | null => {
  const expression = match.expression(group, base);
  if (expression !== null) return isPlain(expression) ? { of: expression, variable: customary(expression) } : null;
  const [comparison] = match.comparisons(group, base);
  const definition = comparison === undefined ? null : definitionIn(comparison);
  return definition !== null && isPlain(definition.of) ? definition : null;
};

const COMMANDS =
  /^(?:simplify|expand|factor|partfrac|diff|integrate|defint|limit|sum|product|list|point|mean|median|mode|variance|deviation|det|inverse|matmul|base|distance|slope|midpoint|tangent|vertex|extrema|value|gcd|lcm|mod)$/;

/**
 * Whether it consists of numbers, unknowns and functions with values: no list, no unevaluated derivative, no function
 * defined by the user.
 */
export const isPlain = (expression: Expression): boolean => {
  switch (expression.kind) {
    case "number":
    case "name":
      return true;
    case "negative":
      return isPlain(expression.of);
    case "operation":
      return isPlain(expression.left) && isPlain(expression.right);
    case "call":
      return !COMMANDS.test(expression.name) && expression.name.length > 1 && expression.args.every(isPlain);
  }
};

/** Returns the value at one end: `1`, or `x = 1` with the unknown's name. Null for any other comparison. */
export const endIn = (
  match: Match,
  group: string,
): { readonly value: Expression; readonly variable: string | null } | null => {
  const expression = match.expression(group);
  if (expression !== null) return isPlain(expression) ? { value: expression, variable: null } : null;
  const [equation] = match.equations(group) ?? [];
  if (equation?.left.kind !== "name" || unknowns(equation.right).length > 0) return null;
  return { value: equation.right, variable: equation.left.name };
};

/** Returns two ends, from groups `a` and `b`, or from a list `l` of two. */
export const rangeIn = (
  match: Match,
): { readonly from: Expression; readonly to: Expression; readonly variable: string | null } | null => {
  const list = match.expression("l");
  if (list?.kind === "call") {
    const [from, to, ...more] = list.args;
    return from !== undefined && to !== undefined && more.length === 0 ? { from, to, variable: null } : null;
  }
  const [from, to] = [endIn(match, "a"), endIn(match, "b")];
  if (from === null || to === null || (to.variable !== null && to.variable !== from.variable)) return null;
  return { from: from.value, to: to.value, variable: from.variable };
};

export const zero = number(0);
