import type { Table } from "../../domain/document.ts";
import { Cells } from "./cells.ts";
import { type Column, columnsOf } from "./column.ts";
import { ColumnNames } from "./named-columns.ts";

/** A table that is asked about, made ready once for a question and all that it goes on from. */
export interface Sheet {
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly names: ColumnNames;
  /** Those of columns that name things. */
  readonly cells: Cells;
}

export const sheetOf = (table: Table): Sheet => {
  const columns = columnsOf(table);
  const naming = columns.filter(({ quantities }) => quantities === null);
  return { table, columns, names: new ColumnNames(columns), cells: new Cells(naming, table.rows) };
};

export const cellOf = ({ table }: Sheet, row: number, { index }: Column): string => table.rows[row]?.[index] ?? "";

/** What rows are called by: their own names, else the first column that is no measure. */
export const labelColumn = (columns: readonly Column[]): Column | undefined =>
  columns.find(({ isUnique, quantities }) => isUnique && quantities === null) ??
  columns.find(({ quantities }) => quantities === null) ??
  columns[0];
