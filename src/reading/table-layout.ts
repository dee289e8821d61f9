import type { Table } from "../domain/document.ts";
import { UnreadableError } from "../domain/unreadable.ts";

/** The maximum number of columns: no passage could show a wider table. */
const MAX_COLUMNS = 500;
/**
 * In characters. No spreadsheet holds more in a cell
 * (https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3).
 */
const MAX_CELL = 32_767;
/** For all cells of a row together, in characters: a passage shows a row whole. */
const MAX_ROW = 65_536;
const MAX_CELLS = 1_000_000;
/** The maximum number of cells with content in a file: its table, a header and notes. */
export const MAX_FILLED = MAX_CELLS + 20_000;

/** A table, and the text around it in its file. */
export interface LaidOut {
  readonly table: Table;
  /** The first line above the header. Null: there is none. */
  readonly title: string | null;
  /** Lines above the header and below the last row, such as the date or the source, without empty ones. */
  readonly notes: readonly string[];
}

/** A row of a file that is not blank, and its number there, from 1. */
export interface Line {
  readonly number: number;
  readonly cells: readonly string[];
  /** The number of cells that are not empty. */
  readonly filled: number;
}

/**
 * Finds the table in the lines of a file. Those above its header (a title, a date) and notes below it are separated from
 * its rows. Columns without a single cell are left out. A header cell without a name is named by its
 * position. A row that is longer or shorter than the header is refused rather than padded: it is unknown which of its
 * cells is missing, and the rest would be in the wrong columns. Throws `malformed`, `too_large` or `empty`; nothing is
 * ever cut off.
 */
export const tableIn = (lines: readonly Line[]): LaidOut => {
  const at = headerAt(lines);
  const header = lines[at];
  if (header === undefined) throw new UnreadableError("empty", "The table has no rows below its header.");
  const end = notesFrom(lines, at, header);
  const body = lines.slice(at + 1, end);
  const width = header.cells.findLastIndex((cell) => cell.trim() !== "") + 1;
  const whole = body.map((line) => ({ ...line, cells: withoutEmptyEnd(line.cells, width) }));
  refuseRagged(whole, width, header);
  refuseLarge(whole, header.cells.slice(0, width));
  if (body.length === 0) throw new UnreadableError("empty", "The table has no rows below its header.");
  const isUsed = Array.from({ length: width }, (_, column) =>
    [header, ...whole].some(({ cells }) => cells[column]?.trim() !== ""),
  );
  const used = (cells: readonly string[]): readonly string[] => cells.filter((_, column) => isUsed[column]);
  const names = header.cells.slice(0, width).map((name, column) => name.trim() || `column ${column + 1}`);
  const notes = [...lines.slice(0, at), ...lines.slice(end)].map(({ cells }) => noteOf(cells));
  return {
    table: { columns: used(names), rows: whole.map(({ cells }) => used(cells)) },
    title: at > 0 && lines[0]?.filled === 1 ? (notes[0] ?? null) : null,
    notes,
  };
};

/** Returns the row as a line; null when it is blank. */
export const lineOf = (cells: readonly string[], number: number): Line | null => {
  const filled = filledIn(cells);
  return filled === 0 ? null : { number, cells, filled };
};

const filledIn = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.trim() === "" ? 0 : 1), 0);

/** The header is searched for below at most this many lines. */
const MAX_ABOVE = 20;
/** A header names at least this share of the cells that a row usually has. */
const MIN_NAMED = 0.6;

/**
 * Returns the index of the header: the first line that has about as many cells as the rows. A line is passed over when
 * it is rather a pair (`Date, 2026-03-01`) above a fuller line that follows a gap, or from which the rows below differ
 * in kind.
 */
const headerAt = (lines: readonly Line[]): number => {
  const typical = median(lines.map(({ filled }) => filled));
  if (typical < 2) return 0;
  const enough = Math.max(2, typical * MIN_NAMED);
  const above = lines.slice(0, MAX_ABOVE);
  const first = Math.max(
    0,
    above.findIndex(({ filled }) => filled >= enough),
  );
  const full = lines[first]?.filled ?? 0;
  if (isHeading(lines, first)) return first;
  const better = above.findIndex(
    ({ filled, number }, at) =>
      at > first &&
      filled > full &&
      filled >= typical &&
      (isHeading(lines, at) || number - (lines[at - 1]?.number ?? 0) > 1),
  );
  return better > 0 ? better : first;
};

/** Whether a line is a heading: some column has a word in it and numbers below. */
const isHeading = (lines: readonly Line[], at: number): boolean => {
  const cells = lines[at]?.cells ?? [];
  const below = lines.slice(at + 1, at + 6);
  if (below.length === 0 || cells.some((cell) => isNumber(cell))) return false;
  return cells.some((cell, column) => {
    const numbers = below.filter((line) => isNumber(line.cells[column] ?? "")).length;
    return cell.trim() !== "" && numbers > below.length / 2;
  });
};

const isNumber = (cell: string): boolean =>
  /\d/.test(cell) && /^[\s\d.,:/%₩$€£¥+()-]+(?:원|개|명|년|월|일)?$/.test(cell.trimEnd());

const NOTE =
  /^(?:[*※#†‡•◦☞▶■□○●▷]|\(?\s*(?:주|참고|비고|출처|자료|단위|작성|note|source|remark)s?\s*(?:[\d)]+\s*)?[:：)\]])/iu;

/** Returns where notes begin below the rows: lines of one cell that follow a gap, or that are marked as notes. */
const notesFrom = (lines: readonly Line[], header: number, { filled: named }: Line): number => {
  let end = lines.length;
  if (named < 2) return end;
  for (let at = lines.length - 1; at > header + 1; at--) {
    const line = lines[at];
    if (line?.filled !== 1) break;
    const isApart = line.number - (lines[at - 1]?.number ?? 0) > 1;
    // A line between the gap and the last line is a note when all lines below it are.
    if (isApart || NOTE.test(line.cells.find((cell) => cell.trim() !== "")?.trim() ?? "")) end = at;
  }
  return end;
};

const noteOf = (cells: readonly string[]): string =>
  cells
    .map((cell) => cell.replace(/\s+/g, " ").trim())
    .filter((cell) => cell !== "")
    .join(", ");

const median = (counts: readonly number[]): number =>
  counts.toSorted((one, other) => one - other)[counts.length >> 1] ?? 0;

const withoutEmptyEnd = (row: readonly string[], width: number): readonly string[] =>
  row.length > width && row.slice(width).every((cell) => cell.trim() === "") ? row.slice(0, width) : row;

const refuseRagged = (rows: readonly Line[], width: number, header: Line): void => {
  const ragged = rows.filter(({ cells }) => cells.length !== width);
  const [first] = ragged;
  if (first === undefined) return;
  const count = first.cells.length;
  const others = ragged.length > 1 ? `, and ${ragged.length - 1} more rows also differ` : "";
  const where = header.number === 1 ? "the header" : `the header in row ${header.number}`;
  throw new UnreadableError(
    "malformed",
    `Row ${first.number} of the table has ${count} cell${count === 1 ? "" : "s"}, but ${where} has ${width}${others}. ` +
      "Give each row as many cells as the header, and quote cells that contain the delimiter.",
  );
};

const refuseLarge = (rows: readonly Line[], header: readonly string[]): void => {
  const refuse = (message: string): never => {
    throw new UnreadableError("too_large", message);
  };
  if (header.length > MAX_COLUMNS) refuse(`The table has more than ${MAX_COLUMNS} columns. Remove some.`);
  if (header.length * rows.length > MAX_CELLS) throw tooManyCells();
  if (header.join("").length > MAX_ROW)
    refuse(`The table's header has more than ${MAX_ROW} characters. Shorten the column names.`);
  for (const { number, cells } of rows) {
    const long = cells.findIndex((cell) => cell.length > MAX_CELL);
    if (long >= 0) {
      refuse(
        `Row ${number}, column ${long + 1} has ${cells[long]?.length} characters; a cell may have ${MAX_CELL}. Split the cell, or send the file as text.`,
      );
    }
    const size = cells.reduce((sum, cell) => sum + cell.length, 0);
    if (size > MAX_ROW)
      refuse(`Row ${number} of the table has ${size} characters; a row may have ${MAX_ROW}. Split the row.`);
  }
};

export const tooManyCells = (): UnreadableError =>
  new UnreadableError("too_large", `The table has more than ${MAX_CELLS} cells. Split it.`);
