import { stopWords } from "../../domain/stop-words.ts";
import type { Term } from "../../domain/terms.ts";
import type { Cell } from "./cells.ts";
import type { Column } from "./column.ts";
import type { QuestionText, Span } from "./question-text.ts";
import type { Sheet } from "./sheet.ts";

export interface NamedCells {
  /** Null when the question names no cell. */
  readonly rows: ReadonlySet<number> | null;
  readonly found: readonly Column[];
  /** The cells whose whole content the question contains. */
  readonly cells: readonly string[];
  /** The question's words that were found, in all of their forms. */
  readonly words: ReadonlySet<string>;
  /** Names such as `ABC-99999` that look like the table's codes but match no row. */
  readonly unknown: readonly string[];
}

/** A word selects rows only when the share of rows that contain it is at most this. */
const MAX_SHARE = 0.9;
/** The share of a column's rows that must contain codes for it to be a column of codes. */
const MOST = 0.8;
/** The most different words that are searched for in the cells; a question about a table has a dozen. */
const MAX_WORDS = 60;
/** The most unknown names that are reported. */
const MAX_UNKNOWN = 5;

/**
 * Finds rows by their cells: first whole cells that the question contains, then single words of the question that cells
 * contain. `rest` are the words not understood so far, `taken` those that name columns.
 */
export const namedCells = (
  question: QuestionText,
  rest: readonly Term[],
  sheet: Sheet,
  taken: ReadonlySet<string>,
): NamedCells => {
  const whole = wholeCells(question, sheet);
  const words = new Set(whole.flatMap(({ from, to }) => question.terms.slice(from, to).flatMap(({ forms }) => forms)));
  let chosen: ReadonlySet<number> | null = null;
  const found: Column[] = [];
  const named: string[] = [];
  for (const [column, own] of Map.groupBy(whole, ({ cell }) => cell.column)) {
    const cells = own.map(({ cell }) => cell);
    const narrowed = rowsOf(cells, chosen);
    // A cell that no selected row contains was not meant: it is also an ordinary word.
    if (narrowed.size === 0) continue;
    chosen = narrowed;
    found.push(column);
    for (const { value } of cells) named.push(value);
  }
  for (const term of lookedFor(rest, taken)) {
    if (term.forms.some((form) => words.has(form))) continue;
    const narrowed = rowsOf(sheet.cells.holding(term), chosen);
    if (narrowed.size === 0 || narrowed.size > MAX_SHARE * sheet.table.rows.length + 1) continue;
    chosen = narrowed;
    for (const form of term.forms) words.add(form);
  }
  return { rows: chosen, found, cells: named, words, unknown: unknownNames(question, words, sheet) };
};

/** Returns each word once. */
const lookedFor = (rest: readonly Term[], taken: ReadonlySet<string>): readonly Term[] => {
  const different = new Map(rest.map((term) => [term.forms[0], term]));
  const isKnown = (form: string): boolean => stopWords.has(form) || taken.has(form) || form.length < 2;
  return [...different.values()].filter(({ forms }) => !forms.some(isKnown)).slice(0, MAX_WORDS);
};

/** Returns the rows with one of the cells, among those chosen before, in ascending order. */
const rowsOf = (cells: readonly Cell[], chosen: ReadonlySet<number> | null): ReadonlySet<number> => {
  const rows = new Set<number>();
  for (const cell of cells) for (const row of cell.rows) if (chosen?.has(row) ?? true) rows.add(row);
  return cells.length === 1 ? rows : new Set([...rows].sort((one, other) => one - other));
};

interface WholeCell extends Pick<Span, "from" | "to"> {
  readonly cell: Cell;
}

/**
 * Returns the cells that the question contains word for word, in the table's order. Of overlapping ones, the longest is
 * taken.
 */
const wholeCells = (question: QuestionText, { cells }: Sheet): readonly WholeCell[] => {
  const found = new Map<Cell, WholeCell>();
  for (const { letters, from, to } of question.spans(cells.longestName)) {
    for (const cell of cells.named(letters)) if (!found.has(cell)) found.set(cell, { cell, from, to });
  }
  const isWithin = longerSpans([...found.values()]);
  return cells.all.flatMap((cell) => {
    const whole = found.get(cell);
    return whole === undefined || isWithin(whole) ? [] : [whole];
  });
};

/** Returns a function that tells whether a span lies within a longer one. */
const longerSpans = (spans: readonly WholeCell[]): ((span: WholeCell) => boolean) => {
  // The furthest end of the spans that start at each word, and of those that start before it.
  const reach: number[] = [];
  for (const { from, to } of spans) reach[from] = Math.max(reach[from] ?? 0, to);
  const before: number[] = [0];
  for (let at = 0; at < reach.length; at++) before[at + 1] = Math.max(before[at] ?? 0, reach[at] ?? 0);
  return ({ from, to }) => (reach[from] ?? 0) > to || (before[from] ?? 0) >= to;
};

const CODE = /^(?=.*[a-z])(?=.*\d)[a-z\d][a-z\d\-_./]{3,63}$/u;
/** A longer cell is not a code. */
const MAX_CODE = 80;

/** Returns the codes that the table does not have. A question about one must not be answered with another row. */
const unknownNames = (
  question: QuestionText,
  words: ReadonlySet<string>,
  { cells, table }: Sheet,
): readonly string[] => {
  const names = question.terms.flatMap(({ forms }) => {
    const code = forms.at(-1) ?? "";
    return CODE.test(code) && !forms.some((form) => words.has(form)) ? [code] : [];
  });
  if (names.length === 0) return [];
  const codes = new Map<Column, number>();
  for (const { column, value, rows } of cells.all) {
    if (value.length <= MAX_CODE && CODE.test(value.trim().toLowerCase()))
      codes.set(column, (codes.get(column) ?? 0) + rows.length);
  }
  const areCodes = codes.values().some((count) => count >= MOST * table.rows.length);
  return areCodes ? [...new Set(names)].slice(0, MAX_UNKNOWN).map((code) => code.toUpperCase()) : [];
};
