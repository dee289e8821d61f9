import { stopWords } from "../../../domain/stop-words.ts";
import { type Term, termsOf } from "../../../domain/terms.ts";
import type { Column } from "./column.ts";
import type { Sheet } from "./sheet.ts";
import type { Wish } from "./wish.ts";

export interface NamedCells {
  /** Null: the question names no cell. */
  readonly rows: ReadonlySet<number> | null;
  readonly found: readonly Column[];
  /** The cells that were named whole. */
  readonly cells: readonly string[];
  /** The question's words that were found, in whichever form. */
  readonly words: ReadonlySet<string>;
  /** Names such as `ABC-99999` that rows could have and none has. */
  readonly unknown: readonly string[];
}

/** A longer cell is prose, which nobody names whole. */
const MAX_CELL = 80;
/** A word of a cell says which rows are meant only where there are others. */
const MAX_SHARE = 0.9;
/** A column of codes has hardly a cell that is none. */
const MOST = 0.8;

/** Rows by what stands in them: whole cells that the question holds, and then single words of it that cells hold. */
export const namedCells = (wish: Wish, sheet: Sheet, taken: ReadonlySet<string>): NamedCells => {
  const { rows } = sheet.table;
  const columns = sheet.columns.filter(({ quantities }) => quantities === null);
  const whole = wholeCells(wish.question, columns, rows);
  const words = new Set(whole.flatMap(({ words }) => words));
  let chosen: ReadonlySet<number> | null = null;
  const found: Column[] = [];
  const named: string[] = [];
  for (const column of columns) {
    const cells = new Set(whole.filter((named) => named.column === column).map(({ cell }) => cell));
    if (cells.size === 0) continue;
    const narrowed = keep(chosen, rows, (row) => cells.has(row[column.index] ?? ""));
    // What fits nothing together with the rest was not meant as a cell: a name that is also a word.
    if (narrowed.size === 0) continue;
    chosen = narrowed;
    found.push(column);
    named.push(...cells);
  }
  for (const term of termsOf(wish.rest)) {
    const isKnown = term.forms.some(
      (form) => stopWords.has(form) || taken.has(form) || words.has(form) || form.length < 2,
    );
    if (isKnown) continue;
    const narrowed = keep(chosen, rows, (row) => columns.some(({ index }) => holds(row[index] ?? "", term)));
    if (narrowed.size === 0 || narrowed.size > MAX_SHARE * rows.length + 1) continue;
    chosen = narrowed;
    for (const form of term.forms) words.add(form);
  }
  return { rows: chosen, found, cells: named, words, unknown: unknownNames(wish.question, words, columns, rows) };
};

const CODE = /^(?=.*[a-z])(?=.*\d)[a-z\d][a-z\d\-_./]{3,}$/u;

/** A question for something that is not there must not be answered with something else. */
const unknownNames = (
  question: string,
  words: ReadonlySet<string>,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] => {
  const asked = termsOf(question).flatMap(({ forms }) => {
    const code = forms.at(-1) ?? "";
    return CODE.test(code) && !forms.some((form) => words.has(form)) ? [code] : [];
  });
  if (asked.length === 0) return [];
  const areCodes = columns.some(({ index }) => {
    const codes = rows.filter((row) => CODE.test((row[index] ?? "").trim().toLowerCase()));
    return codes.length >= MOST * rows.length;
  });
  return areCodes ? asked.map((code) => code.toUpperCase()) : [];
};

const keep = (
  chosen: ReadonlySet<number> | null,
  rows: readonly (readonly string[])[],
  fits: (row: readonly string[]) => boolean,
): ReadonlySet<number> => {
  const kept = new Set<number>();
  for (const [at, row] of rows.entries()) if ((chosen === null || chosen.has(at)) && fits(row)) kept.add(at);
  return kept;
};

interface WholeCell {
  readonly column: Column;
  readonly cell: string;
  /** The question's words that name it, in all their forms. */
  readonly words: readonly string[];
  /** Where they stand. */
  readonly from: number;
  readonly to: number;
}

/** Cells that the question holds word for word; of those that lie within each other, the longest. */
const wholeCells = (
  question: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly WholeCell[] => {
  const folded = fold(question);
  const terms = termsOf(question);
  const cells: WholeCell[] = [];
  for (const column of columns) {
    const distinct = new Set(rows.map((row) => row[column.index] ?? ""));
    for (const cell of distinct) {
      // Looking for the letters first spares most cells from being compared word by word.
      const letters = fold(cell);
      if (letters === "" || cell.length > MAX_CELL || !folded.includes(letters)) continue;
      const span = spanOf(letters, terms);
      if (span !== null) cells.push({ column, cell, ...span });
    }
  }
  return cells.filter(
    (cell) => !cells.some(({ from, to }) => from <= cell.from && to >= cell.to && to - from > cell.to - cell.from),
  );
};

/** The first words that make up these letters, the last of them in any form: `A동 3열의`, `abc12345`, `ABC 12345`. */
const spanOf = (letters: string, terms: readonly Term[]): Pick<WholeCell, "from" | "to" | "words"> | null => {
  for (const from of terms.keys()) {
    let before = "";
    for (let at = from; before.length < letters.length; at++) {
      const term = terms[at];
      if (term === undefined) break;
      if (term.forms.some((form) => before + fold(form) === letters)) {
        const words = terms.slice(from, at + 1).flatMap(({ forms }) => forms);
        if (words.every((word) => stopWords.has(word))) break;
        return { from, to: at + 1, words };
      }
      before += fold(term.forms[0] ?? "");
    }
  }
  return null;
};

const isSame = ({ forms }: Term, word: Term | undefined): boolean =>
  word !== undefined && forms.some((form) => word.forms.includes(form));

const holds = (cell: string, term: Term): boolean =>
  term.forms.some((form) => fold(cell).includes(fold(form))) &&
  termsOf(cell).some((word) => isSame(term, word) || term.forms.some((form) => word.parts.includes(form)));

/** For a first look: without case, forms of Unicode, spaces and hyphens. */
const fold = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\-_./]+/gu, "");
