import { ToolError } from "../contract.ts";
import { differentiate, expandLike, integrate, integrateBetween, limit, sumOf } from "./calculus.ts";
import { exactCall, guardPower } from "./exact.ts";
import { type Expression, number, operation, parse, some, unknowns } from "./expression.ts";
import { compile } from "./numeric.ts";
import { asFraction } from "./polynomial.ts";
import { pretty } from "./pretty.ts";
import * as Q from "./rational.ts";
import { agree } from "./residual.ts";
import { decimalComplex } from "./solution.ts";
import { simplest } from "./symbolic.ts";

/** What `calculate` answers. `decimal` is there when the result is a number that is not whole. */
export interface Calculated {
  readonly result: string;
  readonly decimal?: string;
}

/** Evaluates an expression, commands such as diff or limit included. Throws a ToolError rather than answer wrongly. */
export const calculate = (text: string): Calculated => {
  const expression = parse(text);
  const isFactors = expression.kind === "call" && expression.name === "factor";
  const value = resolve(expression);
  const rational = isFactors ? null : asFraction(value, "");
  if (rational) {
    const exact = Q.divide(rational.top[0] ?? Q.ZERO, rational.bottom[0] ?? Q.ONE);
    return showRational(
      exact,
      some(value, (part) => part.kind === "number" && part.text.includes(".")),
    );
  }
  const isCommand = expression.kind === "call" && COMMANDS.has(expression.name);
  const result = isCommand ? value : simplest(value);
  if (unknowns(result).length > 0) return { result: pretty(result) };
  const z = compile(result, [])([]);
  if (Number.isNaN(z.re) || Number.isNaN(z.im))
    throw new ToolError("The expression has no value, such as a division by zero.");
  const [text_, decimal] = [pretty(result), decimalComplex(z)];
  if (!z.isFinite() || text_ === decimal || isFactors) return { result: text_ };
  return Number.isInteger(z.re) && Number.isInteger(z.im) && z.abs() < 1e9
    ? { result: decimal }
    : { result: text_, decimal };
};

/** A decimal in, a decimal out, if the fraction terminates. */
const showRational = (exact: Q.Rational, asDecimal: boolean): Calculated => {
  if (exact.d === 1n) return { result: Q.show(exact) };
  const decimal = decimalComplex(compile({ kind: "number", text: String(Q.toNumber(exact)) }, [])([]));
  const places = asDecimal ? terminating(exact.d) : null;
  if (places === null) return { result: Q.show(exact), decimal };
  const digits = `${(exact.n < 0n ? -exact.n : exact.n) * (10n ** BigInt(places) / exact.d)}`.padStart(places + 1, "0");
  return { result: `${exact.n < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}` };
};
const terminating = (denominator: bigint): number | null => {
  let [rest, twos, fives] = [denominator, 0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  return rest === 1n && Math.max(twos, fives) <= 40 ? Math.max(twos, fives) : null;
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
]);

/** The expression with its commands carried out and its whole-number functions worked out exactly, innermost first. */
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
