import type { Table } from "../../domain/document.ts";
import { stopWords } from "../../domain/stop-words.ts";
import { type Term, termsOf } from "../../domain/terms.ts";
import { type Concept, conceptOf } from "./concepts.ts";
import { parseQuantity, type Quantity, type QuantityStyle } from "./quantity.ts";

export interface Column {
  readonly index: number;
  readonly name: string;
  /** The words of its name, without stop words. */
  readonly terms: readonly Term[];
  readonly concepts: ReadonlySet<Concept>;
  /** A quantity or null for each row. Null when the column is not a measure, but contains names, times or places. */
  readonly quantities: readonly (Quantity | null)[] | null;
  /** The usual format of its numbers. */
  readonly style: QuantityStyle;
  /** No two rows share a value and none is empty, so that it identifies rows. */
  readonly isUnique: boolean;
  /** Its values repeat, so that it divides rows into categories. */
  readonly isCategory: boolean;
  readonly isTime: boolean;
}

/** The share of cells that decides what a column is: some cells are empty, or say "none". */
const MOST = 0.8;
/** A column is a category when it has at most this many different values per filled cell. */
const KINDS = 0.75;

/** A longer cell is neither a number nor a time. In UTF-16 units. */
const MAX_DATUM = 64;
/** The part of a column's name that is read and shown. */
const MAX_NAME = 200;

const TIME =
  /^(?:(?:19|20)\d{2}(?:[-./](?:0?[1-9]|1[0-2])(?:[-./]\d{1,2})?)?(?:[ T]\d{1,2}:\d{2}.*)?|(?:(?:19|20)\d{2}년\s?)?\d{1,2}월(?:\s?\d{1,2}일)?|(?:19|20)\d{2}년|(?:(?:19|20)\d{2}[- ]?)?(?:Q[1-4]|[1-4]분기)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?: \d{2,4})?)$/iu;

export const columnsOf = ({ columns, rows }: Table): readonly Column[] =>
  columns.map((name, index) => columnOf(name, index, rows));

const columnOf = (header: string, index: number, rows: Table["rows"]): Column => {
  const name = header.slice(0, MAX_NAME).toWellFormed();
  // `unitPrice` and `unit_price` are two words each.
  const terms = termsOf(name.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")).filter(
    ({ forms }) => !forms.some((form) => stopWords.has(form)),
  );
  const words = terms.flatMap(({ forms, parts }) => [...forms, ...parts]);
  const concepts = new Set(words.flatMap((word) => conceptOf(word) ?? []));
  const cells = rows.map((row) => row[index]?.trim() ?? "");
  const filled = cells.filter((cell) => cell !== "");
  const isMost = (fits: (cell: string) => boolean) =>
    filled.length > 0 && filled.filter(fits).length >= MOST * filled.length;
  const isTime = isMost((cell) => cell.length <= MAX_DATUM && TIME.test(cell));
  const quantities = isTime || concepts.has("identifier") ? null : measureOf(cells, filled.length);
  return {
    index,
    name,
    terms,
    concepts,
    quantities,
    style: styleOf(quantities ?? []),
    isCategory: new Set(filled).size <= KINDS * filled.length,
    isUnique: filled.length === cells.length && new Set(cells).size === cells.length,
    isTime,
  };
};

/** Returns the column's numbers that share its commonest unit. Null when too few cells are such numbers. */
const measureOf = (cells: readonly string[], filled: number): readonly (Quantity | null)[] | null => {
  const quantities = cells.map((cell) => (cell.length <= MAX_DATUM ? parseQuantity(cell) : null));
  const unit = commonest(quantities.flatMap((quantity) => (quantity === null ? [] : [quantity.style.after])));
  const alike = quantities.map((quantity) => (quantity?.style.after === unit ? quantity : null));
  const count = alike.filter((quantity) => quantity !== null).length;
  return count > 0 && count >= MOST * filled ? alike : null;
};

const styleOf = (quantities: readonly (Quantity | null)[]): QuantityStyle => {
  const styles = quantities.flatMap((quantity) => (quantity === null ? [] : [quantity.style]));
  return {
    decimals: styles.reduce((most, { decimals }) => Math.max(most, decimals), 0),
    isGrouped: styles.some(({ isGrouped }) => isGrouped),
    before: commonest(styles.map(({ before }) => before)) ?? "",
    after: commonest(styles.map(({ after }) => after)) ?? "",
  };
};

const commonest = (values: readonly string[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
};
