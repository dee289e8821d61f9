import type { Table } from "../../domain/document.ts";
import type { Locale } from "../../domain/run.ts";
import type { Chart } from "../../services/chat/tables.ts";
import type { Column } from "./column.ts";
import type { Finding } from "./finding.ts";
import { formatQuantity } from "./quantity.ts";
import { cellOf, labelColumn, type Sheet } from "./sheet.ts";
import { COUNT, OF } from "./words.ts";

/** The most rows and series that are shown. People cannot read more, and an answer has to end. */
const MAX_ROWS = 100;
const MAX_SERIES = 4;

/** Returns the table that shows the answer: its rows, or one row for each computed number. Null when there are none. */
export const shownTable = (finding: Finding, sheet: Sheet, locale: Locale): Table | null => {
  switch (finding.kind) {
    case "unknown":
      return null;
    case "rows":
    case "extreme":
      return {
        columns: sheet.table.columns,
        rows: finding.rows.slice(0, MAX_ROWS).map((row) => sheet.table.rows[row] ?? []),
      };
    case "aggregate":
      return { columns: [nameOf(finding, locale)], rows: [[numberText(finding.value, finding)]] };
    case "groups":
      return {
        columns: [finding.by.name, nameOf(finding, locale)],
        rows: finding.groups.slice(0, MAX_ROWS).map(({ name, value }) => [name, numberText(value, finding)]),
      };
    case "count":
      return { columns: [COUNT[locale]], rows: [[String(finding.rows.length)]] };
    case "distinct":
      return { columns: [finding.column.name], rows: finding.values.slice(0, MAX_ROWS).map((value) => [value]) };
  }
};

/** Null when there are fewer than two numbers. */
export const shownChart = (finding: Finding, sheet: Sheet, locale: Locale): Chart | null => {
  if (finding.kind === "groups") {
    const groups = finding.groups.slice(0, MAX_ROWS);
    return chartOf(
      finding.by,
      groups.map(({ name }) => name),
      [{ name: nameOf(finding, locale), data: groups.map(({ value }) => rounded(value)) }],
    );
  }
  if (finding.kind !== "rows" && finding.kind !== "extreme") return null;
  const label = labelColumn(sheet.columns);
  if (label === undefined) return null;
  const rows = finding.rows.slice(0, MAX_ROWS);
  const requested = finding.kind === "extreme" ? [finding.column] : finding.requested;
  const measures = requested.filter(({ quantities }) => quantities !== null);
  const shown =
    measures.length > 0
      ? measures
      : requested.length > 0
        ? []
        : sheet.columns.filter(({ quantities }) => quantities !== null);
  return chartOf(
    label,
    rows.map((row) => cellOf(sheet, row, label)),
    shown
      .filter((column) => column !== label)
      .slice(0, MAX_SERIES)
      .map(({ name, quantities }) => ({ name, data: rows.map((row) => quantities?.[row]?.value ?? null) })),
  );
};

const chartOf = (label: Column, labels: readonly string[], series: Chart["series"]): Chart | null => {
  const numbers = series.flatMap(({ data }) => data).filter((datum) => datum !== null);
  return numbers.length < 2 ? null : { type: label.isTime ? "line" : "bar", labels, series };
};

type Worked = Extract<Finding, { kind: "aggregate" | "groups" }>;

/** Returns the name of a computed number, such as `재고 합계`. */
export const nameOf = ({ of, column }: Worked, locale: Locale): string =>
  of === "count" || column === null ? COUNT[locale] : OF[locale](column.name, of);

/** Formats a number as the column does. A quotient may have up to two more digits. */
export const numberText = (value: number, { of, column }: Worked): string => {
  if (of === "count" || column === null) return String(value);
  const exact = rounded(value);
  const digits = String(Number(exact.toFixed(2))).split(".")[1]?.length ?? 0;
  return formatQuantity(exact, { ...column.style, decimals: Math.max(column.style.decimals, digits) });
};

/** Removes binary rounding errors: 0.1 + 0.2 is 0.3. */
const rounded = (value: number): number => Number(value.toPrecision(12));
