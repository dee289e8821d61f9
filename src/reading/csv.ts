import Papa from "papaparse";
import type { Table } from "../domain/document.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { type LaidOut, type Line, lineOf, MAX_FILLED, tableIn, tooManyCells } from "./table-layout.ts";

/** The likeliest first. A tab occurs only in text that it delimits. */
const DELIMITERS = ["\t", ",", ";", "|"];
/** How many rows are used to detect the delimiter. */
const PREVIEW = 200;
/**
 * How much of a file is split into rows at a time, in characters: without it all of it is, before the first row is
 * looked at. A cell that is longer is read again with each further part.
 */
const PART = 4 * 1024 * 1024;
/** The maximum number of rows, blank ones included. Those at the end of a file do not count. */
const MAX_ROWS = 2_000_000;

/**
 * Returns the table in a CSV file. Cells are separated by comma, semicolon, tab or bar: the one that splits most rows
 * into the same number of cells, or the one that Excel's line `sep=;` names. `tableIn` distinguishes rows from the header.
 * Throws `malformed`, `too_large` or `empty`.
 */
export const laidOutCsv = (source: string): LaidOut => {
  const declared = /^"?sep=(.)"?\n/i.exec(source);
  const text = source.slice(declared?.[0].length ?? 0, endOf(source));
  return tableIn(linesOf(text, declared?.[1] ?? delimiterOf(text)));
};

/** Returns the table without the notes around it. */
export const readCsv = (text: string): Table => laidOutCsv(text).table;

/** Where the lines without a single character begin that end a text. */
const endOf = (text: string): number => {
  let end = text.length;
  while (end > 0 && text[end - 1] === "\n") end--;
  return end;
};

/**
 * Returns the rows that are not blank. Throws `too_large` as soon as more cells have content than a table may have: each
 * row takes many times its text in memory.
 */
const linesOf = (text: string, delimiter: string): readonly Line[] =>
  // A bare quote, as in 3"x4, swallows what follows; in that case quotes have no special meaning.
  parsed(text, delimiter, '"') ?? parsed(text, delimiter, null) ?? [];

/** Returns null when the quotes do not match. A `quote` of null: quotes have no special meaning. */
const parsed = (text: string, delimiter: string, quote: string | null): readonly Line[] | null => {
  const lines: Line[] = [];
  let number = 0;
  let filled = 0;
  let isFlawed = false;
  Papa.parse<string[]>(text, {
    delimiter,
    newline: "\n",
    chunkSize: PART,
    quoteChar: quote ?? "\0",
    step: ({ data, errors }, parser) => {
      isFlawed ||= quote !== null && errors.some(({ type }) => type === "Quotes");
      const line = lineOf(data, ++number);
      filled += line?.filled ?? 0;
      if (isFlawed || filled > MAX_FILLED || number > MAX_ROWS) parser.abort();
      else if (line !== null) lines.push(line);
    },
  });
  if (isFlawed) return null;
  if (filled > MAX_FILLED) throw tooManyCells();
  if (number > MAX_ROWS)
    throw new UnreadableError("too_large", `The file has more than ${MAX_ROWS} lines. Remove the blank ones.`);
  return lines;
};

/**
 * Returns the delimiter that gives the most rows the same number of cells. A title above the header, or a note below,
 * is outvoted. A delimiter by which quotes end in the middle of a cell is ruled out when another is next to quotes and
 * splits the rows well.
 */
const delimiterOf = (text: string): string => {
  const candidates = DELIMITERS.map((delimiter) => candidateOf(text, delimiter));
  const isQuoted = candidates.some(({ delimiter, share, isFlawed }) => {
    return share > 0 && !isFlawed && (text.includes(`"${delimiter}`) || text.includes(`${delimiter}"`));
  });
  let [best, most] = [",", 0];
  for (const { delimiter, share, isFlawed } of candidates) {
    if (share > most && !(isQuoted && isFlawed)) [best, most] = [delimiter, share];
  }
  return best;
};

const candidateOf = (text: string, delimiter: string) => {
  const part = text.slice(0, PART);
  const counts = new Map<number, number>();
  let rows = 0;
  let isFlawed = false;
  let isLastFlawed = false;
  Papa.parse<string[]>(part, {
    delimiter,
    newline: "\n",
    step: ({ data, errors }, parser) => {
      isFlawed ||= isLastFlawed;
      isLastFlawed = errors.some(({ type }) => type === "Quotes");
      if (data.every((cell) => cell.trim() === "")) return;
      counts.set(data.length, (counts.get(data.length) ?? 0) + 1);
      if (++rows === PREVIEW) parser.abort();
    },
  });
  // The last row of a part may have been cut within its quotes.
  if (part.length === text.length || rows === PREVIEW) isFlawed ||= isLastFlawed;
  counts.delete(1);
  return { delimiter, share: Math.max(0, ...counts.values()) / rows, isFlawed };
};
