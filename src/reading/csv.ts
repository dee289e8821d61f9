import Papa from "papaparse";
import type { Table } from "../domain/document.ts";
import { filledIn, type LaidOut, MAX_FILLED, tableIn, tooManyCells } from "./table-layout.ts";

/** The likeliest first. A tab occurs only in text that it delimits. */
const DELIMITERS = ["\t", ",", ";", "|"];
/** How many rows are used to detect the delimiter. */
const PREVIEW = 200;

/**
 * Returns the table in a CSV file. Cells are separated by comma, semicolon, tab or bar: the one that splits most rows
 * into the same number of cells, or the one that Excel's line `sep=;` names. `tableIn` distinguishes rows from the header.
 * Throws `malformed`, `too_large` or `empty`.
 */
export const laidOutCsv = (source: string): LaidOut => {
  const declared = /^"?sep=(.)"?\n/i.exec(source);
  const text = declared === null ? source : source.slice(declared[0].length);
  return tableIn(rowsOf(text, declared?.[1] ?? delimiterOf(text)));
};

/** Returns the table without the notes around it. */
export const readCsv = (text: string): Table => laidOutCsv(text).table;

/**
 * Throws `too_large` as soon as more cells have content than a table may have: each row takes many times its text in
 * memory.
 */
const rowsOf = (text: string, delimiter: string): readonly string[][] =>
  // A bare quote, as in 3"x4, swallows what follows; in that case quotes have no special meaning.
  parsed(text, delimiter, '"') ?? parsed(text, delimiter, null) ?? [];

/** Returns null when the quotes do not match. A `quote` of null: quotes have no special meaning. */
const parsed = (text: string, delimiter: string, quote: string | null): readonly string[][] | null => {
  const rows: string[][] = [];
  let filled = 0;
  let isFlawed = false;
  Papa.parse<string[]>(text, {
    delimiter,
    newline: "\n",
    quoteChar: quote ?? "\0",
    step: ({ data, errors }, parser) => {
      isFlawed ||= quote !== null && errors.some(({ type }) => type === "Quotes");
      filled += filledIn(data);
      if (isFlawed || filled > MAX_FILLED) parser.abort();
      else rows.push(data);
    },
  });
  if (isFlawed) return null;
  if (filled > MAX_FILLED) throw tooManyCells();
  return rows;
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
  const { data, errors } = Papa.parse<string[]>(text, {
    delimiter,
    newline: "\n",
    preview: PREVIEW,
    skipEmptyLines: "greedy",
  });
  const counts = new Map<number, number>();
  for (const { length } of data) counts.set(length, (counts.get(length) ?? 0) + 1);
  counts.delete(1);
  return {
    delimiter,
    share: Math.max(0, ...counts.values()) / data.length,
    isFlawed: errors.some(({ type }) => type === "Quotes"),
  };
};
