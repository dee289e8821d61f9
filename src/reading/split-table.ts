import type { Table } from "../domain/document.ts";
import type { TextChunk } from "./contract.ts";
import { unitsOf } from "./units.ts";

/** Up to so many rows, each is a piece of its own; larger tables have several rows in a piece. */
const SINGLE_ROWS = 5_000;

/**
 * A table in pieces of whole rows, one row to a piece as long as that does not make too many; before them the notes around
 * it. A row's words stand behind their columns' names, so that it can be found, and read, by itself. A row longer than `max`
 * characters goes on in further pieces, the first of which holds it as a row. Null: more than `maxPieces`.
 */
export const splitTable = (
  { columns, rows }: Table,
  notes: readonly string[],
  { max, maxPieces }: { readonly max: number; readonly maxPieces: number },
): readonly TextChunk[] | null => {
  const perPiece = Math.ceil(rows.length / SINGLE_ROWS);
  const pieces: TextChunk[] = cut(notes.join("\n"), max).map((content) => ({
    content,
    headings: [],
    metadata: {},
    rows: null,
  }));
  let from = 0;
  let lines: string[] = [];
  let size = 0;
  const close = (to: number): void => {
    if (to === from) return;
    const metadata = { rows: [from + 1, to] };
    const contents = cut(lines.join("\n"), max);
    for (const [at, content] of contents.entries()) {
      pieces.push({ content, headings: [], metadata, rows: at === 0 ? rows.slice(from, to) : null });
    }
    [from, lines, size] = [to, [], 0];
  };
  for (const [at, row] of rows.entries()) {
    const line = lineOf(columns, row);
    if (at - from >= perPiece || size + line.length > max) close(at);
    // Long names of columns, once for each row, may make much more of a file than it is.
    if (pieces.length > maxPieces) return null;
    lines.push(line);
    size += line.length + 1;
  }
  close(rows.length);
  return pieces;
};

/** A text in stretches of at most `max` characters, cut where it hurts least; empty for none. */
const cut = (text: string, max: number): readonly string[] => {
  const stretches: string[] = [];
  for (const unit of unitsOf({ raw: text, isProse: true, heading: null }, max)) {
    const last = stretches.at(-1);
    if (last !== undefined && last.length + unit.length <= max) stretches[stretches.length - 1] = last + unit;
    else stretches.push(unit);
  }
  return stretches.map((stretch) => stretch.trim()).filter((stretch) => stretch !== "");
};

/** `name: cell; name: cell`, without the empty ones; each on one line. */
const lineOf = (columns: readonly string[], row: readonly string[]): string =>
  row
    .flatMap((cell, at) => (cell.trim() === "" ? [] : [`${columns[at]}: ${cell.replace(/\s+/g, " ").trim()}`]))
    .join("; ");
