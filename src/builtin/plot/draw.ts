import { parse as compileSpec, type Spec, View } from "vega";
import { toTool } from "../../notation/print.ts";
import { parse } from "../../notation/read.ts";
import { formula } from "./formula.ts";
import { type CurvePoint, sampleCurves } from "./sample.ts";

export interface PlotRequest {
  readonly expressions: readonly string[];
  readonly variable: string;
  readonly from: number;
  readonly to: number;
  readonly title: string | undefined;
}

/** A finished picture. `points` is the number of points drawn, `yRange` the range of values that the picture shows. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  readonly points: number;
  readonly yRange: readonly [number, number];
}

const WIDTH = 720;
const HEIGHT = 480;
/** Colour-blind safe (Okabe and Ito, 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

interface Row {
  readonly x: number;
  readonly y: number;
  readonly curve: string;
  /** A line connects the rows of one piece. */
  readonly piece: string;
}

/** Samples and draws the curves. Throws a ToolError for an expression that has no values on the interval. */
export const draw = async (request: PlotRequest): Promise<Drawing> => {
  const curves = sampleCurves(request.expressions, request.variable, request.from, request.to);
  const labels = request.expressions.map((text) => `y = ${toTool(parse(formula(text)))}`);
  const rows = curves.flatMap((curve, n) => toRows(curve, labels[n] ?? "", n));
  const yRange = visibleRange(rows.map(({ y }) => y));
  const view = new View(compileSpec(specification(request, rows, [...new Set(labels)], yRange)), { renderer: "none" });
  try {
    const svg = await view.toSVG();
    return {
      svg: accessible(svg, request.title ?? labels.join(", ")),
      width: WIDTH,
      height: HEIGHT,
      points: rows.length,
      yRange,
    };
  } finally {
    view.finalize();
  }
};

const toRows = (curve: readonly CurvePoint[], label: string, n: number): readonly Row[] => {
  let piece = 0;
  return curve.flatMap((point) => {
    if (point === null) {
      piece++;
      return [];
    }
    return [{ x: point[0], y: point[1], curve: label, piece: `${n}.${piece}` }];
  });
};

/** Returns the range of all values, or of most values when a few tend to a pole, so that the rest stays visible. */
const visibleRange = (values: readonly number[]): readonly [number, number] => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0), at(1)];
  const [innerLow, innerHigh] = [at(0.06), at(0.94)];
  const inner = innerHigh - innerLow;
  const runsOff = inner > 0 && high - low > 6 * inner;
  const [from, to] = runsOff
    ? [Math.max(low, innerLow - 0.3 * inner), Math.min(high, innerHigh + 0.3 * inner)]
    : [low, high];
  const margin = to > from ? (to - from) * 0.06 : Math.max(1, Math.abs(to) * 0.5);
  return [from - margin, to + margin];
};

const specification = (
  { variable, from, to, title }: PlotRequest,
  rows: readonly Row[],
  labels: readonly string[],
  yRange: readonly [number, number],
): Spec => ({
  width: WIDTH,
  height: HEIGHT,
  autosize: { type: "fit", contains: "padding" },
  padding: 12,
  background: "#ffffff",
  config: {
    title: { font: "sans-serif", fontSize: 17, fontWeight: 600, color: "#1f2328", offset: 14 },
    axis: {
      labelFont: "sans-serif",
      labelFontSize: 12,
      labelColor: "#424a53",
      titleFont: "sans-serif",
      titleFontSize: 13,
      titleFontStyle: "italic",
      titleFontWeight: 400,
      titleColor: "#1f2328",
      gridColor: "#e4e7eb",
      domainColor: "#8c959f",
      tickColor: "#8c959f",
    },
    legend: {
      labelFont: "sans-serif",
      labelFontSize: 13,
      labelColor: "#1f2328",
      symbolStrokeWidth: 3,
      symbolSize: 240,
      labelLimit: 520,
    },
  },
  title: {
    text: shorten(title ?? (labels.length === 1 ? (labels[0] ?? "") : "")),
    anchor: "middle",
    limit: WIDTH - 40,
  },
  data: [{ name: "rows", values: [...rows] }],
  scales: [
    { name: "x", type: "linear", domain: [from, to], range: "width", zero: false },
    { name: "y", type: "linear", domain: [...yRange], range: "height", zero: false },
    { name: "colour", type: "ordinal", domain: [...labels], range: COLOURS },
  ],
  axes: [
    { orient: "bottom", scale: "x", grid: true, title: variable, tickCount: 10 },
    { orient: "left", scale: "y", grid: true, title: "y", tickCount: 8 },
  ],
  legends:
    labels.length > 1 || title !== undefined
      ? [{ stroke: "colour", orient: "bottom", direction: "vertical", symbolType: "stroke" }]
      : [],
  marks: [
    ...zeroLine("x", from, to),
    ...zeroLine("y", yRange[0], yRange[1]),
    {
      type: "group",
      from: { facet: { name: "pieces", data: "rows", groupby: "piece" } },
      clip: true,
      encode: { update: { width: { signal: "width" }, height: { signal: "height" } } },
      marks: [
        {
          type: "line",
          from: { data: "pieces" },
          encode: {
            update: {
              x: { scale: "x", field: "x" },
              y: { scale: "y", field: "y" },
              stroke: { scale: "colour", field: "curve" },
              strokeWidth: { value: 2.5 },
              strokeJoin: { value: "round" },
              strokeCap: { value: "round" },
            },
          },
        },
      ],
    },
  ],
});

/** Returns the axis where the other coordinate is zero, if the picture contains it. */
const zeroLine = (scale: "x" | "y", from: number, to: number): NonNullable<Spec["marks"]> => {
  if (from > 0 || to < 0) return [];
  const along =
    scale === "x" ? { y: { value: 0 }, y2: { signal: "height" } } : { x: { value: 0 }, x2: { signal: "width" } };
  return [
    {
      type: "rule",
      encode: {
        update: { [scale]: { scale, value: 0 }, ...along, stroke: { value: "#57606a" }, strokeWidth: { value: 1.2 } },
      },
    },
  ];
};

const shorten = (text: string): string => (text.length > 90 ? `${text.slice(0, 89).toWellFormed()}…` : text);

/** Adds a role and a name for screen readers. */
const accessible = (svg: string, name: string): string => {
  const escaped = name.toWellFormed().replace(/[&<>"]/gu, (sign) => `&#${sign.charCodeAt(0)};`);
  return svg.replace(/^<svg /u, `<svg role="img" aria-label="${escaped}" `);
};
