import { stopWords } from "../../domain/stop-words.ts";
import { type Term, termsOf } from "../../domain/terms.ts";
import type { Column } from "./column.ts";
import { namedCells } from "./named-cells.ts";
import { ALIKE, OWN } from "./named-columns.ts";
import type { Sheet } from "./sheet.ts";
import type { Operation, TableQuery } from "./table-query.ts";

/** A question interpreted for this table: which columns it names, and which rows by their cells. */
export interface Reading {
  readonly query: TableQuery;
  readonly operation: Operation | null;
  /** The columns that the question names, best match first. */
  readonly named: readonly Column[];
  readonly group: Column | null;
  /** The rows that contain what the question names. Null when it names none. */
  readonly rows: ReadonlySet<number> | null;
  /** The columns in which those were found, and the cells found there. */
  readonly found: readonly Column[];
  readonly cells: readonly string[];
  /** Names of rows that the table does not have. */
  readonly unknown: readonly string[];
  /** How well the question matches the table; 0 means not at all. */
  readonly weight: number;
  /** The question's words that do not refer to the table. */
  readonly strange: readonly string[];
  /** The share of the question's content words that refer to the table, from 0 to 1. */
  readonly coverage: number;
}

/** The weight of a row that the question names, in the scale of column scores. */
const ROW = 4;

export const readQuery = (query: TableQuery, sheet: Sheet): Reading => {
  const { names } = sheet;
  const rest = termsOf(query.rest);
  const terms = rest.filter((term) => isContent(term) || term.forms.some((form) => names.has(form)));
  const named = names.namedBy(terms);
  const group = query.groups.map((words) => groupColumn(words, sheet)).find((column) => column !== undefined) ?? null;
  const taken = new Set(named.flatMap(({ words }) => words));
  const { rows, found, cells, words, unknown } = namedCells(query.text, rest, sheet, taken);
  const isSpoken = ({ forms }: Term): boolean => forms.some((form) => taken.has(form) || words.has(form));
  const spoken = terms.filter(isSpoken).length;
  const rowWeight = rows === null ? 0 : cells.length > 0 ? ROW : ALIKE;
  return {
    query,
    operation: query.operation,
    named: named.map(({ column }) => column).filter((column) => !found.includes(column) || column.quantities !== null),
    group,
    rows,
    found,
    cells,
    unknown,
    weight: named.reduce((sum, { score }) => sum + score, 0) + (group === null ? 0 : OWN) + rowWeight,
    strange: terms.filter((term) => !isSpoken(term)).map(({ forms }) => forms.at(-1) ?? ""),
    coverage: (spoken + (group === null ? 0 : 1)) / Math.max(1, terms.length + (group === null ? 0 : 1)),
  };
};

/**
 * Completes a question from the previous one: "and ABC-12346?" asks the same about another row, "and its price?" asks
 * something else about the same row. A question that is not marked as a follow-up, and that names both a column and an
 * operation or a group, stands by itself.
 */
export const carryOver = (before: Reading, now: Reading, isMarked: boolean): Reading => {
  if (!isMarked && now.named.length > 0 && (now.operation !== null || now.group !== null)) return now;
  const isSpecific = now.operation !== null || now.named.length > 0;
  // "And the spanner?" names a row too, one that the table does not have.
  const [name] = now.strange;
  const isName = !isSpecific && now.group === null && now.rows === null && now.strange.length === 1;
  const unknown = now.unknown.length === 0 && isName && name !== undefined ? [name] : now.unknown;
  const isOther = now.rows !== null || unknown.length > 0;
  return {
    ...now,
    unknown,
    operation: now.operation ?? (now.named.length === 0 ? before.operation : null),
    named: now.named.length > 0 ? now.named : before.named,
    group: now.group ?? (!isOther && isSpecific ? before.group : null),
    rows: isOther ? now.rows : before.rows,
    found: isOther ? now.found : before.found,
    cells: isOther ? now.cells : before.cells,
    weight: Math.max(before.weight, now.weight),
    coverage: now.weight > 0 || now.operation !== null ? Math.max(before.coverage, now.coverage) : now.coverage,
  };
};

/** Words that only ask, or that any question may contain: they do not tell what it is about. */
const ASKING =
  /^(?:좀|알려|궁금|얼마|계산|구하|구해|뭐|뭔|무엇|무슨|어느|어떤|어디|있|없|되|돼|말해|찾아|가르쳐|보여|몇|개|개수|그럼|그러면|그리고|그렇다면|우리|지금|현재|남|인지|입니|이야|이니|해줘|해주|주세요|주실|많|적은|높|낮|큰|작은|비싼|싼|저렴|무거|가벼|tell|give|show|please|current|currently|much|many|want|know|find|get|got|let|left|now|then|value|number)/u;

const isContent = ({ forms }: Term): boolean =>
  (forms.at(-1)?.length ?? 0) > 1 && !forms.some((form) => stopWords.has(form) || ASKING.test(form));

const groupColumn = (words: string, { names }: Sheet): Column | undefined =>
  names.namedBy(termsOf(words)).find(({ column }) => column.quantities === null)?.column;
