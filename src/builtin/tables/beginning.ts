import type { Table } from "../../domain/document.ts";

/** How much of a table is asked: what a thread takes some 100 ms for, and what is handed to it in some 10. */
const MAX_CELLS = 60_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** The rows that may be asked for, of a table with so many columns. */
export const maxRowsOf = (columns: number): number => Math.ceil(MAX_CELLS / (columns || 1));

/** The table itself, or its first rows within the bounds, one at least. */
export const beginningOf = (table: Table): Table => {
  const most = maxRowsOf(table.columns.length);
  let characters = 0;
  for (const [at, row] of table.rows.entries()) {
    for (const cell of row) characters += cell.length;
    if (at === most || (at > 0 && characters > MAX_CHARACTERS)) return { ...table, rows: table.rows.slice(0, at) };
  }
  return table;
};
