import { unknowns } from "../../notation/expression.ts";
import { parse } from "../../notation/read.ts";
import { ToolError } from "../../tools/contract.ts";
import { compileReal } from "../maths/numeric.ts";
import { formula } from "./formula.ts";

const POINTS = 600;
/** A point of a curve. Null interrupts the curve. */
export type CurvePoint = readonly [x: number, y: number] | null;

/** Samples real points of each expression over an interval. Null marks where a curve has no value or passes a pole. */
export const sampleCurves = (
  expressions: readonly string[],
  variable: string,
  from: number,
  to: number,
): readonly (readonly CurvePoint[])[] => expressions.map((text) => sampleCurve(text, variable, from, to));

const sampleCurve = (text: string, variable: string, from: number, to: number): readonly CurvePoint[] => {
  const expression = parse(formula(text));
  const stranger = unknowns(expression).find((name) => name !== variable);
  if (stranger !== undefined)
    throw new ToolError(
      `Only ${variable} may vary; "${stranger.slice(0, 40)}" in "${text.slice(0, 80)}" has no value.`,
    );
  const f = compileReal(expression, [variable]);
  const step = (to - from) / POINTS;
  const points: CurvePoint[] = [];
  for (let n = 0; n <= POINTS; n++) {
    const x = from + n * step;
    const y = f(x);
    const previous = points.at(-1) ?? null;
    if (!Number.isFinite(y)) {
      if (previous !== null) points.push(null);
      continue;
    }
    if (previous !== null && passesPole(f, previous[0], previous[1], x, y)) points.push(null);
    points.push([x, y]);
  }
  if (!points.some((point) => point !== null))
    throw new ToolError(`"${text.slice(0, 80)}" has no real value between ${from} and ${to}; choose another interval.`);
  return points;
};

/**
 * Whether the curve leaves the span of two samples by far, or jumps at any resolution between them: a pole or a step.
 */
const passesPole = (f: (x: number) => number, x0: number, y0: number, x1: number, y1: number): boolean => {
  let [a, b, ya, yb] = [x0, x1, y0, y1];
  const rise = Math.abs(y1 - y0);
  if (rise < 1e-6 * Math.max(1, Math.abs(y0))) return false;
  for (let n = 0; n < 16; n++) {
    const middle = (a + b) / 2;
    const y = f(middle);
    if (!Number.isFinite(y)) return true;
    if (Math.abs(y - ya) > Math.abs(y - yb)) [b, yb] = [middle, y];
    else [a, ya] = [middle, y];
  }
  return Math.abs(yb - ya) > 0.5 * rise;
};
