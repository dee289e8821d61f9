import { aggregate, extremeRows, type Measure, numbersOf } from "./aggregate.ts";
import type { Column } from "./column.ts";
import type { Reading } from "./match-query.ts";
import { cellOf, labelColumn, type Sheet } from "./sheet.ts";
import type { Comparison } from "./table-query.ts";

/** What a table answers to a question. Row numbers count from 0. */
export type Finding =
  /** The table has no rows with these names. */
  | { readonly kind: "unknown"; readonly names: readonly string[] }
  /** The rows themselves. `requested`: the columns that the question is about; empty means all of them. */
  | { readonly kind: "rows"; readonly rows: readonly number[]; readonly requested: readonly Column[] }
  /** The rows with the largest or smallest number, the best first. */
  | {
      readonly kind: "extreme";
      readonly which: "max" | "min";
      readonly column: Column;
      readonly rows: readonly number[];
    }
  /** One number computed from the rows. */
  | {
      readonly kind: "aggregate";
      readonly of: Measure;
      readonly column: Column;
      readonly rows: readonly number[];
      readonly value: number;
    }
  /** One number for each group. When the question asks for the group with most or least, that one comes first. */
  | {
      readonly kind: "groups";
      readonly of: Measure | "count";
      readonly by: Column;
      /** Null: rows are counted. */
      readonly column: Column | null;
      readonly groups: readonly { readonly name: string; readonly value: number }[];
      readonly which: "max" | "min" | null;
    }
  | { readonly kind: "count"; readonly rows: readonly number[] }
  /** The different values of a column. */
  | {
      readonly kind: "distinct";
      readonly column: Column;
      readonly rows: readonly number[];
      readonly values: readonly string[];
    };

/** Null when this table has no certain answer to the question. */
export const findingOf = (reading: Reading, sheet: Sheet): Finding | null => {
  const { query, operation, group, unknown } = reading;
  if (unknown.length > 0 && reading.rows === null) return { kind: "unknown", names: unknown };
  if (!isAbout(reading)) return null;
  const measure = measureOf(reading, sheet);
  const rows = rowsOf(reading, sheet, measure);
  if (rows.length === 0) return null;
  const isNarrowed = reading.rows !== null || query.comparisons.length > 0;
  const lookup = (): Finding | null =>
    isNarrowed || (query.isList && reading.weight > 0)
      ? { kind: "rows", rows, requested: columnsFor(reading, sheet) }
      : null;
  const isCompared = measure !== null && query.comparisons.length > 0;
  switch (operation) {
    case null:
      if (group === null || measure === null) return lookup();
      // Each group is one row, so there is nothing to add up.
      if (group.isUnique) return { kind: "rows", rows, requested: columnsFor(reading, sheet) };
      return groupsOf("sum", measure, group, rows, sheet, null);
    case "count":
      return countOf(reading, sheet, rows, isCompared ? null : measure) ?? lookup();
    case "max":
    case "min": {
      if (measure === null) return lookup();
      const by = group ?? categoryOf(reading);
      // Sums of prices mean nothing.
      const of = measure.concepts.has("price") ? "average" : "sum";
      if (by !== null) return groupsOf(of, measure, by, rows, sheet, operation);
      return {
        kind: "extreme",
        which: operation,
        column: measure,
        rows: extremeRows(measure, rows, operation, query.top),
      };
    }
    default: {
      if (measure === null) return lookup();
      if (group !== null) return groupsOf(operation, measure, group, rows, sheet, null);
      if (rows.length === 1) return { kind: "rows", rows, requested: [measure] };
      const value = aggregate(operation, numbersOf(measure, rows));
      return value === null ? null : { kind: "aggregate", of: operation, column: measure, rows, value };
    }
  }
};

/** If less than half of the question's words refer to the table, they match it by chance. */
const isAbout = ({ found, coverage, named, query, operation, group }: Reading): boolean => {
  if (found.some(({ isUnique }) => isUnique)) return true;
  const isSpecific =
    named.length > 0 || operation !== null || group !== null || query.isList || query.comparisons.length > 0;
  return coverage > 0.5 || (isSpecific && coverage === 0.5);
};

/** "How many" about something that the table already counts asks for that number. */
const countOf = (reading: Reading, sheet: Sheet, rows: readonly number[], measure: Column | null): Finding | null => {
  const { group, named, query } = reading;
  const isNamed = measure !== null && named.includes(measure);
  if (group !== null) return groupsOf(isNamed ? "sum" : "count", isNamed ? measure : null, group, rows, sheet, null);
  const stock = sheet.columns.find(({ concepts, quantities }) => concepts.has("stock") && quantities !== null);
  if (isNamed || (rows.length === 1 && stock !== undefined && query.comparisons.length === 0)) {
    const column = isNamed ? measure : stock;
    if (column === undefined) return null;
    if (rows.length === 1) return { kind: "rows", rows, requested: [column] };
    const value = aggregate("sum", numbersOf(column, rows));
    return value === null ? null : { kind: "aggregate", of: "sum", column, rows, value };
  }
  const category = categoryOf(reading);
  if (category === null) return { kind: "count", rows };
  const values = [...new Set(rows.map((row) => cellOf(sheet, row, category)))].filter((value) => value !== "");
  return { kind: "distinct", column: category, rows, values };
};

/** Returns the column whose numbers the question means: named, implied by an adjective, or the only measure. */
const measureOf = ({ query, named, operation }: Reading, { columns }: Sheet): Column | null => {
  const measures = columns.filter(({ quantities }) => quantities !== null);
  const own = named.find(({ quantities }) => quantities !== null);
  if (own !== undefined) return own;
  if (query.implied !== null) {
    const implied = measures.find(({ concepts }) => query.implied !== null && concepts.has(query.implied));
    if (implied !== undefined) return implied;
  }
  if (measures.length === 1) return measures[0] ?? null;
  if (operation === null && query.comparisons.length === 0) return null;
  return measures.find(({ concepts }) => concepts.has("stock")) ?? null;
};

/** Returns the category column that the question names: "which warehouse", "how many makers". */
const categoryOf = ({ named, found }: Reading): Column | null =>
  named.find((column) => column.quantities === null && column.isCategory && !found.includes(column)) ?? null;

/** Returns the columns that the question asks for, without those that selected the rows. */
const columnsFor = ({ named, found }: Reading, { columns }: Sheet): readonly Column[] => {
  const label = labelColumn(columns);
  const requested = named.filter((column) => column !== label && !found.includes(column));
  // "The stock of part 12345" does not ask for the part's name.
  const measures = requested.filter(({ quantities }) => quantities !== null);
  return measures.length > 0 ? measures : requested;
};

const rowsOf = ({ rows, query }: Reading, { table }: Sheet, measure: Column | null): readonly number[] => {
  const all = rows === null ? table.rows.map((_, at) => at) : [...rows];
  if (query.comparisons.length === 0 || measure === null) return all;
  return all.filter((row) => {
    const quantity = measure.quantities?.[row];
    return quantity != null && query.comparisons.every((comparison) => isSelected(comparison, quantity.value));
  });
};

const isSelected = ({ is, bound }: Comparison, value: number): boolean => {
  if (is === "<") return value < bound;
  if (is === "<=") return value <= bound;
  return is === ">" ? value > bound : value >= bound;
};

const groupsOf = (
  of: Measure | "count",
  column: Column | null,
  by: Column,
  rows: readonly number[],
  sheet: Sheet,
  which: "max" | "min" | null,
): Finding | null => {
  const members = Map.groupBy(rows, (row) => cellOf(sheet, row, by));
  const groups = Array.from(members, ([name, ofGroup]) => {
    if (of === "count" || column === null) return { name, value: ofGroup.length };
    return { name, value: aggregate(of, numbersOf(column, ofGroup)) };
  }).flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));
  if (groups.length === 0) return null;
  const sorted =
    which === null
      ? groups
      : groups.toSorted((one, other) => (which === "max" ? other.value - one.value : one.value - other.value));
  return { kind: "groups", of, by, column, groups: sorted, which };
};
