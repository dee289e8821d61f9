import type { Table } from "../../domain/document.ts";
import { Cells } from "./cells.ts";
import { type Column, columnsOf } from "./column.ts";
import { ColumnNames } from "./named-columns.ts";

/** A table prepared once for a question and the earlier ones that it follows up. */
export interface Sheet {
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly names: ColumnNames;
  /** The cells of columns that are not measures. */
  readonly cells: Cells;
}

export const sheetOf = (table: Table): Sheet => {
  const columns = columnsOf(table);
  const naming = columns.filter(({ quantities }) => quantities === null);
  return { table, columns, names: new ColumnNames(columns), cells: new Cells(naming, table.rows) };
};

export const cellOf = ({ table }: Sheet, row: number, { index }: Column): string => table.rows[row]?.[index] ?? "";

/** Returns the column that labels rows: one with unique names, else the first that is not a measure. */
export const labelColumn = (columns: readonly Column[]): Column | undefined =>
  columns.find(({ isUnique, quantities }) => isUnique && quantities === null) ??
  columns.find(({ quantities }) => quantities === null) ??
  columns[0];
