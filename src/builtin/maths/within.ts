import Complex from "complex.js";
import type { Comparison } from "../../notation/expression.ts";
import { ToolError } from "../../tools/contract.ts";
import { type Interval, intervalsOf } from "./inequality.ts";
import { truthOf } from "./real-line.ts";
import { recognise } from "./recognise.ts";
import { decimal, type Solved, type Value } from "./solution.ts";

const MAX_SOLUTIONS = 40;
const PERIOD = /add any multiple of (2\*)?pi/u;

/** Returns all shifts of a value by whole periods that lie between two ends. */
const shifted = (value: Value, period: number, [low, high]: readonly [number, number]): readonly Value[] => {
  const [first, last] = [
    Math.ceil((low - value.number.re) / period - 1e-9),
    Math.floor((high - value.number.re) / period + 1e-9),
  ];
  if (last - first > MAX_SOLUTIONS)
    throw new ToolError(`There are more than ${MAX_SOLUTIONS} solutions within these bounds; give narrower ones.`);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => {
    const turns = first + n;
    if (turns === 0) return value;
    const at = value.number.re + turns * period;
    return { exact: recognise(at, 1e-9) ?? decimal(at), number: new Complex(at, 0) };
  });
};

const endsOf = (intervals: readonly Interval[]): readonly [number, number] => {
  const [first, last] = [intervals[0], intervals.at(-1)];
  if (first?.from == null || last?.to == null)
    throw new ToolError("The equation is periodic; give bounds on both sides, such as 0 ≤ x < 2*pi.");
  return [first.from.at, last.to.at];
};

/** Returns the real solutions that also satisfy the comparisons, such as `0 ≤ x < 2*pi`. */
export const onlyWithin = (solved: Solved, comparisons: readonly Comparison[], name: string): Solved => {
  if (solved.solutions.length === 0) {
    if (solved.note === "no_solution") return solved;
    throw new ToolError(
      "It could not be decided whether the equation has solutions within these bounds; solve it without bounds.",
    );
  }
  const holds = truthOf(comparisons, name);
  const period = PERIOD.exec(solved.note ?? "");
  const intervals = period === null ? [] : intervalsOf(comparisons, name);
  if (period !== null && intervals.length === 0) return { solutions: [], note: "no_solution" };
  const values = solved.solutions
    .flatMap((one) => one[name] ?? [])
    .filter(({ number }) => number.im === 0)
    .flatMap((value) =>
      period === null ? [value] : shifted(value, period[1] === undefined ? Math.PI : 2 * Math.PI, endsOf(intervals)),
    )
    .filter(({ number }) => holds(number.re, true));
  const solutions = values.map((value) => ({ [name]: value }));
  return solutions.length === 0 ? { solutions, note: "no_solution" } : { solutions };
};
