import { stopWords } from "../../../domain/stop-words.ts";
import { type Term, termsOf } from "../../../domain/terms.ts";
import type { Column } from "./column.ts";
import { conceptOf } from "./concepts.ts";
import { namedCells } from "./named-cells.ts";
import type { Sheet } from "./sheet.ts";
import type { Operation, Wish } from "./wish.ts";

/** What a question wants of this table: columns by their names, rows by what stands in them. */
export interface Reading {
  readonly wish: Wish;
  readonly operation: Operation | null;
  /** Columns that it names, the best named first. */
  readonly named: readonly Column[];
  readonly group: Column | null;
  /** Rows that hold what it names; null: it names none. */
  readonly rows: ReadonlySet<number> | null;
  /** Columns in which those were found, and what was found there. */
  readonly found: readonly Column[];
  readonly cells: readonly string[];
  /** Names of rows that are not there. */
  readonly unknown: readonly string[];
  /** How much of the table it speaks of; 0: nothing. */
  readonly weight: number;
  /** Its words that say nothing of the table. */
  readonly strange: readonly string[];
  /** The share of the question's own words that speak of the table, from 0 to 1. */
  readonly coverage: number;
}

/** A name that is the column's own, one of its words, or another word for the same. */
const OWN = 3;
const PART = 2;
const ALIKE = 1;
/** What a row that is named says of the table, against a column. */
const ROW = 4;

export const readWish = (wish: Wish, sheet: Sheet): Reading => {
  const names = new Set(sheet.columns.flatMap(({ terms }) => terms.flatMap(({ forms }) => forms)));
  const terms = termsOf(wish.rest).filter((term) => isContent(term) || term.forms.some((form) => names.has(form)));
  const named = namedColumns(terms, sheet.columns);
  const group =
    wish.groups.map((words) => groupColumn(words, sheet.columns)).find((column) => column !== undefined) ?? null;
  const taken = new Set(named.flatMap(({ words }) => words));
  const { rows, found, cells, words, unknown } = namedCells(wish, sheet, taken);
  const spoken = terms.filter(({ forms }) => forms.some((form) => taken.has(form) || words.has(form)));
  const rowWeight = rows === null ? 0 : cells.length > 0 ? ROW : ALIKE;
  return {
    wish,
    operation: wish.operation,
    named: named.map(({ column }) => column).filter((column) => !found.includes(column) || column.quantities !== null),
    group,
    rows,
    found,
    cells,
    unknown,
    weight: named.reduce((sum, { score }) => sum + score, 0) + (group === null ? 0 : OWN) + rowWeight,
    strange: terms.filter((term) => !spoken.includes(term)).map(({ forms }) => forms.at(-1) ?? ""),
    coverage: (spoken.length + (group === null ? 0 : 1)) / Math.max(1, terms.length + (group === null ? 0 : 1)),
  };
};

/**
 * The question read in the light of the one before it: "and ABC-12346?" asks the same of another row, "and its price?"
 * something else of the same. One that does not say that it goes on, and says what to work out of what, stands by itself.
 */
export const carryOver = (before: Reading, now: Reading, isMarked: boolean): Reading => {
  if (!isMarked && now.named.length > 0 && (now.operation !== null || now.group !== null)) return now;
  const wants = now.operation !== null || now.named.length > 0;
  // "And the spanner?" names something too, only that it is not there.
  const [name] = now.strange;
  const isName = !wants && now.group === null && now.rows === null && now.strange.length === 1;
  const unknown = now.unknown.length === 0 && isName && name !== undefined ? [name] : now.unknown;
  const isOther = now.rows !== null || unknown.length > 0;
  return {
    ...now,
    unknown,
    operation: now.operation ?? (now.named.length === 0 ? before.operation : null),
    named: now.named.length > 0 ? now.named : before.named,
    group: now.group ?? (!isOther && wants ? before.group : null),
    rows: isOther ? now.rows : before.rows,
    found: isOther ? now.found : before.found,
    cells: isOther ? now.cells : before.cells,
    weight: Math.max(before.weight, now.weight),
    coverage: now.weight > 0 || now.operation !== null ? Math.max(before.coverage, now.coverage) : now.coverage,
  };
};

/** Words that only ask, and those that are in every question: they say nothing of what it is about. */
const ASKING =
  /^(?:좀|알려|궁금|얼마|계산|구하|구해|뭐|뭔|무엇|무슨|어느|어떤|어디|있|없|되|돼|말해|찾아|가르쳐|보여|몇|개|개수|그럼|그러면|그리고|그렇다면|우리|지금|현재|남|인지|입니|이야|이니|해줘|해주|주세요|주실|많|적은|높|낮|큰|작은|비싼|싼|저렴|무거|가벼|tell|give|show|please|current|currently|much|many|want|know|find|get|got|let|left|now|then|value|number)/u;

const isContent = ({ forms }: Term): boolean =>
  (forms.at(-1)?.length ?? 0) > 1 && !forms.some((form) => stopWords.has(form) || ASKING.test(form));

interface Named {
  readonly column: Column;
  readonly score: number;
  /** The question's words that name it. */
  readonly words: readonly string[];
}

/** Each word names the column that it fits best, or several alike. */
const namedColumns = (terms: readonly Term[], columns: readonly Column[]): readonly Named[] => {
  const named = new Map<Column, { score: number; words: string[] }>();
  for (const term of terms) {
    const scores = columns.map((column) => scoreOf(term, column));
    const best = Math.max(0, ...scores);
    if (best === 0) continue;
    for (const [index, column] of columns.entries()) {
      if (scores[index] !== best) continue;
      const { score, words } = named.get(column) ?? { score: 0, words: [] };
      named.set(column, { score: Math.max(score, best), words: [...words, ...term.forms] });
    }
  }
  return Array.from(named, ([column, { score, words }]) => ({ column, score, words })).sort(
    (one, other) => other.score - one.score,
  );
};

const scoreOf = ({ forms, parts }: Term, { terms, concepts }: Column): number => {
  const has = (words: readonly string[], of: readonly string[]) => words.some((word) => of.includes(word));
  if (terms.some((own) => has(forms, own.forms))) return OWN;
  if (terms.some((own) => has(forms, own.parts) || has(parts.filter(isWhole), own.forms))) return PART;
  return forms.some((form) => {
    const concept = conceptOf(form);
    return concept !== undefined && concepts.has(concept);
  })
    ? ALIKE
    : 0;
};

/** Of a compound's parts, only those of more than a syllable are likely to be words of their own. */
const isWhole = (part: string): boolean => part.length >= 2;

const groupColumn = (words: string, columns: readonly Column[]): Column | undefined =>
  namedColumns(termsOf(words), columns).find(({ column }) => column.quantities === null)?.column;
