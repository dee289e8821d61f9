import type { Table } from "../../../domain/document.ts";
import { type Column, columnsOf } from "./column.ts";

/** A table that is asked about. */
export interface Sheet {
  readonly table: Table;
  readonly columns: readonly Column[];
}

export const sheetOf = (table: Table): Sheet => ({ table, columns: columnsOf(table) });

export const cellOf = ({ table }: Sheet, row: number, { index }: Column): string => table.rows[row]?.[index] ?? "";

/** What rows are called by: their own names, else the first column that is no measure. */
export const labelColumn = (columns: readonly Column[]): Column | undefined =>
  columns.find(({ isUnique, quantities }) => isUnique && quantities === null) ??
  columns.find(({ quantities }) => quantities === null) ??
  columns[0];
