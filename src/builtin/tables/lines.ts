import type { Column } from "./column.ts";
import { cellOf, labelColumn, type Sheet } from "./sheet.ts";

/** The most lines of a list; the table beside the answer has more. */
const MAX_LINES = 10;
/**
 * The most cells in a sentence or a line, and the most of each in UTF-16 units. The table beside the answer has all of
 * it.
 */
const MAX_CELLS = 6;
const MAX_CELL = 300;
/** The most of a line, in UTF-16 units. */
const MAX_LINE = 2_000;

/** Returns a cell, cut to the length that a sentence may contain. */
export const cellText = (sheet: Sheet, row: number, column: Column): string => shortened(cellOf(sheet, row, column));

const shortened = (cell: string, max = MAX_CELL): string =>
  cell.length <= max ? cell : `${cell.slice(0, max).toWellFormed()}…`;

/** Renders a Markdown list. `more` describes how many lines are left out. */
export const list = (head: string, items: readonly string[], more: (count: number) => string): string => {
  if (items.length === 0) return head;
  const shown = items.slice(0, MAX_LINES).map((item) => `- ${shortened(item, MAX_LINE)}`);
  const left = items.length - shown.length;
  return [head, "", ...shown, ...(left > 0 ? [`- ${more(left)}`] : [])].join("\n");
};

/** Returns the label of a row, such as `ABC-12345`, or its number when the table has no labels. */
export const labelOf = (row: number, sheet: Sheet): string => {
  const label = labelColumn(sheet.columns);
  return label === undefined ? String(row + 1) : cellText(sheet, row, label);
};

/** Returns the label with the name in another column: `MTR-57180 (서보 모터)`. */
export const fullLabelOf = (row: number, sheet: Sheet): string => {
  const label = labelColumn(sheet.columns);
  const names = sheet.columns.filter(({ quantities }) => quantities === null);
  const name =
    names.find((column) => column !== label && column.concepts.has("name")) ??
    names.find((column) => column !== label && column.concepts.has("part"));
  return name === undefined ? labelOf(row, sheet) : `${labelOf(row, sheet)} (${cellText(sheet, row, name)})`;
};

/** Returns the columns to mention: those that the question is about, or else all but the label. */
export const mentionedColumns = (requested: readonly Column[], { columns }: Sheet): readonly Column[] => {
  const label = labelColumn(columns);
  return (requested.length > 0 ? requested : columns.filter((column) => column !== label)).slice(0, MAX_CELLS);
};

export const rowLines = (rows: readonly number[], columns: readonly Column[], sheet: Sheet): readonly string[] =>
  rows.map((row) => {
    const cells = columns.map((column) => `${column.name} ${cellText(sheet, row, column)}`);
    return `${labelOf(row, sheet)}: ${cells.join(", ")}`;
  });
