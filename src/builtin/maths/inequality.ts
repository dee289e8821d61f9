import type { Comparison } from "../../notation/expression.ts";
import { ToolError } from "../../tools/contract.ts";
import { breakpoints, type Point, truthOf } from "./real-line.ts";

/** An interval of the real line. Null for an infinite end. When both ends are equal it is one number. */
export interface Interval {
  readonly from: Point | null;
  readonly to: Point | null;
  readonly holdsFrom: boolean;
  readonly holdsTo: boolean;
}

/** Relative positions of samples inside an interval. All samples must agree, or a breakpoint was missed. */
const INSIDE = [0.003, 0.04, 0.17, 0.31, 0.5, 0.62, 0.83, 0.96, 0.997];
const OUTSIDE = [1e-3, 0.02, 0.3, 1, 3, 17, 120, 1e3, 1e5];

const holdsInside = (holds: (x: number) => boolean, from: Point | null, to: Point | null): boolean => {
  const places =
    from !== null && to !== null
      ? INSIDE.map((share) => from.at + share * (to.at - from.at))
      : OUTSIDE.map((step) => (from !== null ? from.at + step : (to?.at ?? 0) - step));
  const both = from === null && to === null ? [...places, 0.37, ...OUTSIDE] : places;
  const truths = both.map(holds);
  if (truths.some((truth) => truth !== truths[0]))
    throw new ToolError("The signs of this inequality could not be determined; simplify it.");
  return truths[0] === true;
};

/** Returns the real numbers for which all comparisons hold, as intervals from left to right that do not touch. */
export const intervalsOf = (comparisons: readonly Comparison[], name: string): readonly Interval[] => {
  const points = breakpoints(comparisons, name);
  const holds = truthOf(comparisons, name);
  const found: Interval[] = [];
  const extend = (next: Interval, joins: boolean): void => {
    const last = found.at(-1);
    if (joins && last !== undefined) found[found.length - 1] = { ...last, to: next.to, holdsTo: next.holdsTo };
    else found.push(next);
  };
  let isOpen = false;
  for (let n = 0; n <= points.length; n++) {
    const [from, to] = [points[n - 1] ?? null, points[n] ?? null];
    if (from !== null) {
      const holdsHere = holds(from.at, true);
      if (holdsHere) extend({ from, to: from, holdsFrom: true, holdsTo: true }, isOpen);
      isOpen = holdsHere;
    }
    const holdsNext = holdsInside((x) => holds(x, false), from, to);
    if (holdsNext) extend({ from, to, holdsFrom: false, holdsTo: false }, isOpen);
    isOpen = holdsNext;
  }
  return found;
};

const textOf = ({ from, to, holdsFrom, holdsTo }: Interval, name: string): string => {
  if (from !== null && from === to) return `${name} = ${from.exact}`;
  if (from === null) return `${name} ${holdsTo ? "≤" : "<"} ${to?.exact}`;
  if (to === null) return `${name} ${holdsFrom ? "≥" : ">"} ${from.exact}`;
  return `${from.exact} ${holdsFrom ? "≤" : "<"} ${name} ${holdsTo ? "≤" : "<"} ${to.exact}`;
};

/** Formats intervals: `x < 2 or x > 3`, `x ≠ 1`, `all`, `none`. */
export const rangeText = (intervals: readonly Interval[], name: string): string => {
  const [first, second] = intervals;
  if (first === undefined) return "none";
  if (first.from === null && first.to === null) return "all";
  const isHole = intervals.length === 2 && first.from === null && second?.to === null && first.to === second.from;
  if (isHole) return `${name} ≠ ${first.to?.exact}`;
  return intervals.map((interval) => textOf(interval, name)).join(" or ");
};
