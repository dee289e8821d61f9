import { call, type Expression } from "../../notation/expression.ts";
import * as Q from "../../notation/rational.ts";
import { ToolError } from "../../tools/contract.ts";
import type { Calculated } from "./calculated.ts";
import { exactValue, fromRational } from "./exact.ts";
import { calculatedOf } from "./show.ts";

/** Returns the exact values of a list. */
const valuesOf = (args: readonly Expression[], name: string): readonly Q.Rational[] => {
  const values = args.map(exactValue).filter((value) => value !== null);
  if (values.length < args.length || values.length === 0)
    throw new ToolError(`${name} takes numbers without roots, letters or π: ${name}(2, 3, 5/2).`);
  return values;
};
const compare = (a: Q.Rational, b: Q.Rational): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
const total = (values: readonly Q.Rational[]): Q.Rational => values.reduce(Q.add, Q.ZERO);
const subtract = (a: Q.Rational, b: Q.Rational): Q.Rational => Q.add(a, Q.negate(b));
const count = (values: readonly unknown[]): Q.Rational => Q.rational(BigInt(values.length));
const meanOf = (values: readonly Q.Rational[]): Q.Rational => Q.divide(total(values), count(values));
const plus = (values: readonly Q.Rational[]): string =>
  values.map((value) => (value.n < 0n ? `(${Q.show(value)})` : Q.show(value))).join(" + ");

const MAX_STEPS = 40;

export const mean = (args: readonly Expression[]): Calculated => {
  const values = valuesOf(args, "mean");
  const result = meanOf(values);
  // The deviations from a mean add up to zero.
  if (total(values.map((value) => subtract(value, result))).n !== 0n)
    throw new ToolError("The mean could not be verified.");
  const steps =
    values.length > MAX_STEPS ? [] : [`(${plus(values)})/${values.length} = ${Q.show(total(values))}/${values.length}`];
  return { ...calculatedOf(fromRational(result)), steps };
};

export const median = (args: readonly Expression[]): Calculated => {
  const sorted = [...valuesOf(args, "median")].sort(compare);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)] ?? Q.ZERO,
    sorted[Math.floor(sorted.length / 2)] ?? Q.ZERO,
  ];
  const steps = sorted.length > MAX_STEPS ? [] : [sorted.map(Q.show).join(" ≤ ")];
  return { ...calculatedOf(fromRational(Q.divide(Q.add(low, high), Q.rational(2n)))), steps };
};

export const mode = (args: readonly Expression[]): Calculated => {
  const counts = new Map<string, number>();
  for (const value of valuesOf(args, "mode")) counts.set(Q.show(value), (counts.get(Q.show(value)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  if (most === 1 && counts.size > 1) throw new ToolError("Every value occurs once, so there is no mode.");
  const modes = [...counts].filter(([, times]) => times === most).map(([text]) => text);
  return { result: modes.join(", "), steps: modes.map((text) => `${text}: ${most} times`.replace(" times", "×")) };
};

const varianceOf = (
  args: readonly Expression[],
  name: string,
): { readonly value: Q.Rational; readonly steps: readonly string[] } => {
  const values = valuesOf(args, name);
  const middle = meanOf(values);
  const squares = values.map((value) => Q.multiply(subtract(value, middle), subtract(value, middle)));
  const value = meanOf(squares);
  // The mean of the squares minus the square of the mean.
  const other = subtract(meanOf(values.map((one) => Q.multiply(one, one))), Q.multiply(middle, middle));
  if (compare(value, other) !== 0) throw new ToolError("The variance could not be verified.");
  const steps =
    values.length > MAX_STEPS
      ? []
      : [
          `(${plus(values)})/${values.length} = ${Q.show(middle)}`,
          `(${plus(squares)})/${values.length} = ${Q.show(value)}`,
        ];
  return { value, steps };
};

/** The population variance: divided by n, not by n - 1. */
export const variance = (args: readonly Expression[]): Calculated => {
  const { value, steps } = varianceOf(args, "variance");
  return { ...calculatedOf(fromRational(value)), steps };
};
export const deviation = (args: readonly Expression[]): Calculated => {
  const { value, steps } = varianceOf(args, "deviation");
  return { ...calculatedOf(call("sqrt", fromRational(value))), steps: [...steps, `sqrt(${Q.show(value)})`] };
};
