import { type Expression, number, operation, unknowns } from "../../notation/expression.ts";
import { pretty } from "../../notation/pretty.ts";
import { parse } from "../../notation/read.ts";
import { ToolError } from "../../tools/contract.ts";
import { distance, extrema, midpoint, slope, tangent, vertex } from "./analysis.ts";
import type { Calculated } from "./calculated.ts";
import { differentiate, expandLike, integrate, integrateBetween, limit, sumOf } from "./calculus.ts";
import { exactCall, guardPower } from "./exact.ts";
import { det, inverse, matmul } from "./matrix.ts";
import { compile } from "./numeric.ts";
import { asFraction } from "./polynomial.ts";
import { agree } from "./residual.ts";
import { calculatedOf } from "./show.ts";
import { solve } from "./solve.ts";
import { deviation, mean, median, mode, variance } from "./statistics.ts";
import { valueUnder } from "./value.ts";
import { gcd, inBase, lcm, mod, percent } from "./whole-numbers.ts";

/** Commands that return more than an expression: a list, a line, a text, or a number with its steps. */
const ANSWERS: ReadonlyMap<string, (args: readonly Expression[]) => Calculated> = new Map([
  ["gcd", gcd],
  ["lcm", lcm],
  ["mod", mod],
  ["base", inBase],
  ["percent", percent],
  ["mean", mean],
  ["median", median],
  ["mode", mode],
  ["variance", variance],
  ["deviation", deviation],
  ["det", det],
  ["inverse", inverse],
  ["matmul", matmul],
  ["distance", distance],
  ["slope", slope],
  ["midpoint", midpoint],
  ["tangent", tangent],
  ["vertex", vertex],
  ["extrema", extrema],
  ["value", valueUnder(solve)],
]);

/**
 * Evaluates an expression, which may be or contain commands such as diff or limit. Throws a ToolError rather than
 * return a wrong result.
 */
export const calculate = (text: string): Calculated => {
  const expression = parse(text);
  const answer = expression.kind === "call" ? ANSWERS.get(expression.name) : undefined;
  if (answer !== undefined && expression.kind === "call") return answer(expression.args.map(resolve));
  const value = resolve(expression);
  if (expression.kind === "call" && expression.name === "factor") return { result: pretty(value) };
  return calculatedOf(value, expression.kind === "call" && COMMANDS.has(expression.name));
};

type Command = (args: readonly Expression[]) => Expression;
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["diff", differentiate],
  ["integrate", (args) => (args.length >= 4 ? integrateBetween(args) : integrate(args))],
  ["defint", integrateBetween],
  ["limit", limit],
  ["sum", sumOf("+")],
  ["product", sumOf("*")],
  ["simplify", expandLike("simplify")],
  ["expand", expandLike("expand")],
  ["factor", expandLike("factor")],
  ["partfrac", expandLike("partfrac")],
]);

/** Evaluates an expression's commands and its integer functions exactly, innermost first. */
const resolve = (expression: Expression): Expression => {
  switch (expression.kind) {
    case "number":
    case "name":
      return expression;
    case "negative":
      return { kind: "negative", of: resolve(expression.of) };
    case "operation": {
      const whole = operation(expression.sign, resolve(expression.left), resolve(expression.right));
      if (whole.kind === "operation" && whole.sign === "^") guardPower(whole.left, whole.right);
      if (whole.kind === "operation" && whole.sign === "/" && isZero(whole.right))
        throw new ToolError("The expression divides by zero.");
      return whole;
    }
    case "call": {
      const args = expression.args.map(resolve);
      const command = COMMANDS.get(expression.name);
      return command
        ? command(args)
        : (exactCall(expression.name, args) ?? { kind: "call", name: expression.name, args });
    }
  }
};

const isZero = (expression: Expression): boolean => {
  if (unknowns(expression).length > 0) return false;
  const rational = asFraction(expression, "");
  return (
    rational !== null &&
    agree(compile(expression, []), compile(number(0), []), []) === true &&
    rational.top.length === 0
  );
};
