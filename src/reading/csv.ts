import Papa from "papaparse";
import type { Table } from "../domain/document.ts";
import { type LaidOut, tableIn } from "./table-layout.ts";

/** The likelier first. A tab stands in no text that is not parted by tabs. */
const DELIMITERS = ["\t", ",", ";", "|"];
/** Rows by which the delimiter is told. */
const PREVIEW = 200;

/**
 * The table in a CSV file; comma, semicolon, tab or bar between cells, whichever parts most rows alike, or the one that Excel's
 * line `sep=;` names. How rows and header are told is `tableIn`'s. Throws `malformed`, `too_large` or `empty`.
 */
export const laidOutCsv = (source: string): LaidOut => {
  const told = /^"?sep=(.)"?\n/i.exec(source);
  const text = told === null ? source : source.slice(told[0].length);
  return tableIn(rowsOf(text, told?.[1] ?? delimiterOf(text)));
};

/** The table alone. */
export const readCsv = (text: string): Table => laidOutCsv(text).table;

const rowsOf = (text: string, delimiter: string): readonly string[][] => {
  const options = { delimiter, newline: "\n" as const };
  const { data, errors } = Papa.parse<string[]>(text, options);
  // A bare quote, as in 3"x4, swallows what follows: then no quote is meant as one.
  if (!errors.some(({ type }) => type === "Quotes")) return data;
  return Papa.parse<string[]>(text, { ...options, quoteChar: "\0" }).data;
};

/**
 * By how many rows have as many cells as most have; a title above the header, or a note below, is outvoted. One by which quotes
 * end in the middle of a cell is none where another stands beside quotes and parts them well.
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
