import Papa from "papaparse";
import type { Table } from "../domain/document.ts";
import { UnreadableError } from "../domain/unreadable.ts";

/** More columns than this are no table that a passage could show. */
const MAX_COLUMNS = 500;

/**
 * The table in a CSV file: first row the header; comma, semicolon, tab or bar between cells, whichever it is. Blank rows
 * are skipped, empty cells past the header's end dropped, and a header cell without a name is named by its place. Rows
 * that are longer or shorter than the header are refused rather than padded: nobody can tell which of their cells is
 * missing, and the rest would stand in the wrong columns. Throws `malformed`, `too_large` or `empty`.
 */
export const readCsv = (text: string): Table => {
  const [header = [], ...body] = rowsOf(text.replace(/^sep=.\n/i, "")); // a line for Excel alone
  const width = header.findLastIndex((cell) => cell.trim() !== "") + 1;
  if (width > MAX_COLUMNS) {
    throw new UnreadableError("too_large", `The table has more than ${MAX_COLUMNS} columns: leave out some.`);
  }
  const columns = header.slice(0, width).map((name, at) => name.trim() || `column ${at + 1}`);
  const rows = body.map((row) => withoutEmptyEnd(row, width));
  const ragged = rows.flatMap((row, at) => (row.length === width ? [] : [at]));
  const [first] = ragged;
  if (first !== undefined) throw raggedRows(first + 2, rows[first]?.length ?? 0, width, ragged.length);
  if (rows.length === 0) throw new UnreadableError("empty", "The table has no rows below its header.");
  return { columns, rows };
};

const rowsOf = (text: string): readonly string[][] => {
  const options = { skipEmptyLines: "greedy" as const, delimitersToGuess: [",", ";", "\t", "|"] };
  const { data, errors } = Papa.parse<string[]>(text, options);
  // A bare quote, as in 3"x4, swallows what follows: then no quote is meant as one.
  if (!errors.some(({ type }) => type === "Quotes")) return data;
  return Papa.parse<string[]>(text, { ...options, quoteChar: "\0" }).data;
};

const withoutEmptyEnd = (row: readonly string[], width: number): readonly string[] =>
  row.length > width && row.slice(width).every((cell) => cell.trim() === "") ? row.slice(0, width) : row;

const raggedRows = (number: number, cells: number, width: number, count: number): UnreadableError => {
  const others = count > 1 ? ` (and ${count - 1} more rows like it)` : "";
  return new UnreadableError(
    "malformed",
    `Row ${number} of the table has ${cells} cell${cells === 1 ? "" : "s"} where the header has ${width}${others}: ` +
      "give each row as many cells as the header, and quote a cell that holds the delimiter.",
  );
};
