import Complex from "complex.js";
import { type Expression, replace, some, unknowns } from "../../notation/expression.ts";
import { print } from "../../notation/print.ts";
import { parse } from "../../notation/read.ts";
import { ToolError } from "../../tools/contract.ts";
import type { Calculated } from "./calculated.ts";
import { compile } from "./numeric.ts";
import { recognise } from "./recognise.ts";
import { calculatedOf } from "./show.ts";
import { decimal } from "./solution.ts";
import type { Solution } from "./solve.ts";

const isSame = (a: Complex, b: Complex): boolean => a.sub(b).abs() <= 1e-8 * Math.max(1, a.abs(), b.abs());

/**
 * value(f, x, a): f where x is a. value(f, [g, h]): f where g and h are zero, if it has the same value for all their
 * solutions, complex ones included.
 */
export const valueUnder =
  (solve: (texts: readonly string[]) => Solution) =>
  ([f, second, third]: readonly Expression[]): Calculated => {
    if (f === undefined || second === undefined)
      throw new ToolError("Usage: value(f, x, 2) or value(f, [x + y - 5, x*y - 6]).");
    if (second.kind === "name" && third !== undefined) return calculatedOf(replace(f, second.name, third));
    const zeros = second.kind === "call" && second.name === "list" ? second.args : [second];
    const { solutions, note } = solve(zeros.map((zero) => `${print(zero)}=0`));
    const names = unknowns(f);
    if (solutions.length === 0 || (note !== undefined && /periodic|many|identity|between/u.test(note)))
      throw new ToolError("The solutions of the condition cannot all be listed; give a condition with finitely many.");
    if (!solutions.every((solution) => names.every((name) => name in solution)))
      throw new ToolError("The condition does not determine every unknown; add another equation.");
    const evaluate = compile(f, names);
    const values = solutions.map((solution) =>
      evaluate(names.map((name) => compile(parse(solution[name] ?? ""), [])([]))),
    );
    const [first = Complex.NAN] = values;
    if (!values.every((value) => value.isFinite() && isSame(value, first)))
      throw new ToolError(
        "The condition has several solutions, for which the expression has different values; add a condition that selects one.",
      );
    return exactly(f, solutions[0] ?? {}, first);
  };

/** Returns the value in exact form: the rational number that fits it, or else the value at the first solution. */
const exactly = (f: Expression, solution: Readonly<Record<string, string>>, value: Complex): Calculated => {
  const inserted = Object.entries(solution).reduce((of, [name, text]) => replace(of, name, parse(text)), f);
  const isDecimal = some(inserted, (part) => part.kind === "number" && part.text.includes("."));
  const short =
    Math.abs(value.im) < 1e-9 ? (recognise(value.re, 1e-9) ?? (isDecimal ? decimal(value.re) : null)) : null;
  if (short !== null && /^-?[\d/]+$/u.test(short)) return calculatedOf(parse(short));
  const exact = calculatedOf(inserted);
  const check = compile(parse(exact.result), [])([]);
  if (!isSame(check, value)) throw new ToolError("The value could not be verified.");
  return exact;
};
