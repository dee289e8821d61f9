import type { Table } from "../../domain/document.ts";

/** The part of a table that is read: some 100 ms of computation, and some 10 ms of transfer to a worker. */
const MAX_CELLS = 60_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Returns the number of rows that are read of a table with this many columns. */
export const maxRowsOf = (columns: number): number => Math.ceil(MAX_CELLS / (columns || 1));

/** Returns the table itself, or its first rows within the bounds, at least one. */
export const beginningOf = (table: Table): Table => {
  const most = maxRowsOf(table.columns.length);
  let characters = 0;
  for (const [at, row] of table.rows.entries()) {
    for (const cell of row) characters += cell.length;
    if (at === most || (at > 0 && characters > MAX_CHARACTERS)) return { ...table, rows: table.rows.slice(0, at) };
  }
  return table;
};
