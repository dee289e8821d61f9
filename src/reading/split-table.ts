import type { Table } from "../domain/document.ts";
import type { Piece } from "./contract.ts";

/** Up to so many rows, each is a piece of its own; larger tables have several rows in a piece. */
const SINGLE_ROWS = 5_000;

/**
 * A table in pieces of whole rows, one row to a piece as long as that does not make too many. A row's words stand behind
 * their columns' names, so that it can be found, and read, by itself. A row longer than `max` characters is a piece too.
 */
export const splitTable = ({ columns, rows }: Table, { max }: { readonly max: number }): readonly Piece[] => {
  const perPiece = Math.ceil(rows.length / SINGLE_ROWS);
  const pieces: Piece[] = [];
  let from = 0;
  let lines: string[] = [];
  let size = 0;
  const close = (to: number): void => {
    if (to === from) return;
    const metadata = { rows: [from + 1, to] };
    pieces.push({ content: lines.join("\n"), headings: [], metadata, rows: rows.slice(from, to) });
    [from, lines, size] = [to, [], 0];
  };
  rows.forEach((row, at) => {
    const line = lineOf(columns, row);
    if (at - from >= perPiece || size + line.length > max) close(at);
    lines.push(line);
    size += line.length + 1;
  });
  close(rows.length);
  return pieces;
};

/** `name: cell; name: cell`, without the empty ones; each on one line. */
const lineOf = (columns: readonly string[], row: readonly string[]): string =>
  row
    .flatMap((cell, at) => (cell.trim() === "" ? [] : [`${columns[at]}: ${cell.replace(/\s+/g, " ").trim()}`]))
    .join("; ");
