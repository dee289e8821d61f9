import type { Column } from "./column.ts";
import { cellOf, labelColumn, type Sheet } from "./sheet.ts";

/** Lines of a list; the table beside the answer holds more. */
const MAX_LINES = 10;
/** Cells that a sentence or a line tells of, and how much of each, in UTF-16 units; the table beside the answer holds it whole. */
const MAX_CELLS = 6;
const MAX_TOLD = 300;
/** A line, in the same. */
const MAX_LINE = 2_000;

/** A cell as a sentence tells it. */
export const toldCell = (sheet: Sheet, row: number, column: Column): string => told(cellOf(sheet, row, column));

const told = (cell: string, max = MAX_TOLD): string =>
  cell.length <= max ? cell : `${cell.slice(0, max).toWellFormed()}…`;

/** A line for each, as Markdown has lists. `more` tells how many are left out. */
export const list = (head: string, items: readonly string[], more: (count: number) => string): string => {
  if (items.length === 0) return head;
  const shown = items.slice(0, MAX_LINES).map((item) => `- ${told(item, MAX_LINE)}`);
  const left = items.length - shown.length;
  return [head, "", ...shown, ...(left > 0 ? [`- ${more(left)}`] : [])].join("\n");
};

/** What a row is called, such as `ABC-12345`; a row of a table without names by its number. */
export const labelOf = (row: number, sheet: Sheet): string => {
  const label = labelColumn(sheet.columns);
  return label === undefined ? String(row + 1) : toldCell(sheet, row, label);
};

/** The same with the name that a column beside it has: `MTR-57180 (서보 모터)`. */
export const fullLabelOf = (row: number, sheet: Sheet): string => {
  const label = labelColumn(sheet.columns);
  const names = sheet.columns.filter(({ quantities }) => quantities === null);
  const name =
    names.find((column) => column !== label && column.concepts.has("name")) ??
    names.find((column) => column !== label && column.concepts.has("part"));
  return name === undefined ? labelOf(row, sheet) : `${labelOf(row, sheet)} (${toldCell(sheet, row, name)})`;
};

/** Columns that are told of: those that are asked for, or else all that a row's label does not tell. */
export const toldColumns = (asked: readonly Column[], { columns }: Sheet): readonly Column[] => {
  const label = labelColumn(columns);
  return (asked.length > 0 ? asked : columns.filter((column) => column !== label)).slice(0, MAX_CELLS);
};

export const rowLines = (rows: readonly number[], columns: readonly Column[], sheet: Sheet): readonly string[] =>
  rows.map((row) => {
    const cells = columns.map((column) => `${column.name} ${toldCell(sheet, row, column)}`);
    return `${labelOf(row, sheet)}: ${cells.join(", ")}`;
  });
