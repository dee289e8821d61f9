import type { Table } from "../domain/document.ts";
import type { TextChunk } from "./contract.ts";
import { unitsOf } from "./units.ts";

/** In a table of up to this many rows, each row is a chunk; in larger tables a chunk has several rows. */
const SINGLE_ROWS = 5_000;

/**
 * Splits a table into chunks of whole rows, one row each while that does not make too many; the notes around the table
 * come first. Each cell follows the name of its column, so that a row can be found and read by itself. A row longer
 * than `max` characters continues in further chunks, and the first of them has it in `rows`. Null: more than
 * `maxChunks` chunks.
 */
export const splitTable = (
  { columns, rows }: Table,
  notes: readonly string[],
  { max, maxChunks }: { readonly max: number; readonly maxChunks: number },
): readonly TextChunk[] | null => {
  const rowsPerChunk = Math.ceil(rows.length / SINGLE_ROWS);
  const chunks: TextChunk[] = cut(notes.join("\n"), max).map((content) => ({
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
      chunks.push({ content, headings: [], metadata, rows: at === 0 ? rows.slice(from, to) : null });
    }
    [from, lines, size] = [to, [], 0];
  };
  for (const [at, row] of rows.entries()) {
    const line = lineOf(columns, row);
    if (at - from >= rowsPerChunk || size + line.length > max) close(at);
    // Long column names, repeated in each row, may make the result much larger than the file.
    if (chunks.length > maxChunks) return null;
    lines.push(line);
    size += line.length + 1;
  }
  close(rows.length);
  return chunks;
};

/** Cuts a text into pieces of at most `max` characters at the best places. Empty for an empty text. */
const cut = (text: string, max: number): readonly string[] => {
  const stretches: string[] = [];
  for (const unit of unitsOf({ raw: text, isProse: true, heading: null }, max)) {
    const last = stretches.at(-1);
    if (last !== undefined && last.length + unit.length <= max) stretches[stretches.length - 1] = last + unit;
    else stretches.push(unit);
  }
  return stretches.map((stretch) => stretch.trim()).filter((stretch) => stretch !== "");
};

/** Returns `name: cell; name: cell`, without empty cells; each on one line. */
const lineOf = (columns: readonly string[], row: readonly string[]): string =>
  row
    .flatMap((cell, at) => (cell.trim() === "" ? [] : [`${columns[at]}: ${cell.replace(/\s+/g, " ").trim()}`]))
    .join("; ");
