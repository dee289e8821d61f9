import { type Static, Type } from "@sinclair/typebox";

/** A table beside an answer. */
export const TableData = Type.Object({
  columns: Type.Array(Type.String()),
  rows: Type.Array(Type.Array(Type.String()), { description: "each as long as columns" }),
});
export type TableData = Static<typeof TableData>;

/** A chart beside an answer. */
export const ChartData = Type.Object({
  type: Type.Union([Type.Literal("bar"), Type.Literal("line")]),
  labels: Type.Array(Type.String()),
  series: Type.Array(Type.Object({ name: Type.String(), data: Type.Array(Type.Union([Type.Number(), Type.Null()])) }), {
    description: "each with a datum for each label; null where a cell holds no number",
  }),
});
export type ChartData = Static<typeof ChartData>;
