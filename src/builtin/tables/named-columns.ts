import type { Term } from "../../domain/terms.ts";
import type { Column } from "./column.ts";
import { conceptOf } from "./concepts.ts";

/** The scores of a match: a word of the column's name, a part of one, or a synonym. */
export const OWN = 3;
const PART = 2;
export const ALIKE = 1;

export interface NamedColumn {
  readonly column: Column;
  readonly score: number;
  /** The question's words that name the column. */
  readonly words: readonly string[];
}

/** Finds a table's columns by the words of their names. */
export class ColumnNames {
  readonly #byForm: ReadonlyMap<string, ReadonlySet<Column>>;
  readonly #byPart: ReadonlyMap<string, ReadonlySet<Column>>;
  readonly #byConcept: ReadonlyMap<string, ReadonlySet<Column>>;

  constructor(columns: readonly Column[]) {
    this.#byForm = indexOf(columns, ({ terms }) => terms.flatMap(({ forms }) => forms));
    this.#byPart = indexOf(columns, ({ terms }) => terms.flatMap(({ parts }) => parts));
    this.#byConcept = indexOf(columns, ({ concepts }) => [...concepts]);
  }

  has(form: string): boolean {
    return this.#byForm.has(form);
  }

  /**
   * Returns the columns that the words name, best first. Each word names the column that it fits best, or several that
   * it fits equally well.
   */
  namedBy(terms: readonly Term[]): readonly NamedColumn[] {
    const named = new Map<Column, { score: number; words: Set<string> }>();
    for (const term of terms) {
      const [score, columns] = this.#fitting(term);
      for (const column of columns) {
        const own = named.get(column) ?? { score: 0, words: new Set() };
        own.score = Math.max(own.score, score);
        for (const form of term.forms) own.words.add(form);
        named.set(column, own);
      }
    }
    return Array.from(named, ([column, { score, words }]) => ({ column, score, words: [...words] })).sort(
      (one, other) => other.score - one.score,
    );
  }

  #fitting({ forms, parts }: Term): readonly [number, ReadonlySet<Column>] {
    const own = union(forms.map((form) => this.#byForm.get(form)));
    if (own.size > 0) return [OWN, own];
    const ofParts = parts.filter(isWhole).map((part) => this.#byForm.get(part));
    const part = union([...forms.map((form) => this.#byPart.get(form)), ...ofParts]);
    if (part.size > 0) return [PART, part];
    return [ALIKE, union(forms.map((form) => this.#byConcept.get(conceptOf(form) ?? "")))];
  }
}

/** Of a compound's parts, only those longer than a syllable are likely to be words. */
const isWhole = (part: string): boolean => part.length >= 2;

const indexOf = (
  columns: readonly Column[],
  wordsOf: (column: Column) => readonly string[],
): ReadonlyMap<string, ReadonlySet<Column>> => {
  const index = new Map<string, Set<Column>>();
  for (const column of columns)
    for (const word of wordsOf(column)) index.set(word, (index.get(word) ?? new Set()).add(column));
  return index;
};

/** In the table's order. */
const union = (sets: readonly (ReadonlySet<Column> | undefined)[]): ReadonlySet<Column> => {
  const [first, ...others] = sets.filter((set) => set !== undefined);
  if (first === undefined) return NONE;
  if (others.length === 0) return first;
  return new Set([first, ...others].flatMap((set) => [...set]).sort((one, other) => one.index - other.index));
};

const NONE: ReadonlySet<Column> = new Set();
