import { type Term, termsOf } from "../../domain/terms.ts";
import type { Column } from "./column.ts";
import { fold } from "./question-text.ts";

/** A longer cell is prose, which no question names in full. In UTF-16 units, like all bounds here. */
const MAX_NAME = 80;
/** The part of a cell that is searched for words. */
const MAX_SEARCHED = 400;
/**
 * The most different cells that are split into words for a question and those it follows up. A word that occurs in more
 * cells does not identify rows.
 */
const MAX_TAKEN_APART = 4_000;

/** A value of a column that is not a measure, and the rows that contain it. */
export interface Cell {
  readonly column: Column;
  readonly value: string;
  /** See `fold`. */
  readonly letters: string;
  /** In ascending order. */
  readonly rows: readonly number[];
}

/**
 * The cells of a table, indexed by their content. Each different cell is folded once, however many words are searched
 * for, and split into words only when its letters contain one of them.
 */
export class Cells {
  readonly all: readonly Cell[];
  readonly #byLetters: ReadonlyMap<string, readonly Cell[]>;
  /** The letters of all cells, one line each, and the offset of each line: one search covers all cells. */
  readonly #text: string;
  readonly #starts: readonly number[];
  readonly #words = new Map<Cell, ReadonlySet<string>>();

  /** `columns` are those that are not measures. */
  constructor(columns: readonly Column[], rows: readonly (readonly string[])[]) {
    this.all = columns.flatMap((column) => cellsOf(column, rows));
    this.#byLetters = Map.groupBy(
      this.all.filter(({ letters, value }) => letters !== "" && value.length <= MAX_NAME),
      ({ letters }) => letters,
    );
    const starts: number[] = [];
    let at = 0;
    for (const { letters } of this.all) {
      starts.push(at);
      at += letters.length + 1;
    }
    this.#starts = starts;
    this.#text = this.all.map(({ letters }) => letters).join("\n");
  }

  /** The length of the longest name, in letters. */
  get longestName(): number {
    return this.#byLetters.keys().reduce((longest, letters) => Math.max(longest, letters.length), 0);
  }

  named(letters: string): readonly Cell[] {
    return this.#byLetters.get(letters) ?? [];
  }

  /**
   * Returns the cells that contain the word, or a compound of it. Empty when the bound on cells to split is reached.
   */
  holding({ forms }: Term): readonly Cell[] {
    const found: Cell[] = [];
    for (const index of this.#withLetters(forms)) {
      const cell = this.all[index];
      if (cell === undefined) continue;
      const words = this.#wordsOf(cell);
      if (words === null) return [];
      if (forms.some((form) => words.has(form))) found.push(cell);
    }
    return found;
  }

  /** Returns their indexes in `all`, in ascending order. */
  #withLetters(forms: readonly string[]): readonly number[] {
    const found = new Set<number>();
    for (const needle of new Set(forms.map(fold))) {
      if (needle === "") continue;
      for (let at = this.#text.indexOf(needle); at >= 0 && found.size <= MAX_TAKEN_APART; ) {
        const index = this.#lineAt(at);
        found.add(index);
        at = this.#text.indexOf(needle, this.#starts[index + 1] ?? Number.POSITIVE_INFINITY);
      }
    }
    return [...found].sort((one, other) => one - other);
  }

  /** Null when the bound is reached. */
  #wordsOf(cell: Cell): ReadonlySet<string> | null {
    const known = this.#words.get(cell);
    if (known !== undefined) return known;
    if (this.#words.size >= MAX_TAKEN_APART) return null;
    const words = new Set(
      termsOf(cell.value.slice(0, MAX_SEARCHED)).flatMap(({ forms, parts }) => [...forms, ...parts]),
    );
    this.#words.set(cell, words);
    return words;
  }

  #lineAt(place: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= place) low = middle;
      else high = middle;
    }
    return low;
  }
}

const cellsOf = (column: Column, rows: readonly (readonly string[])[]): readonly Cell[] => {
  const byValue = new Map<string, number[]>();
  for (const [at, row] of rows.entries()) {
    const value = row[column.index] ?? "";
    const own = byValue.get(value);
    if (own === undefined) byValue.set(value, [at]);
    else own.push(at);
  }
  return Array.from(byValue, ([value, own]) => ({
    column,
    value,
    letters: fold(value.slice(0, MAX_SEARCHED)),
    rows: own,
  }));
};
