import { type Span, spansIn } from "../../../notation/spans.ts";
import { withoutSpokenOperators } from "./spoken.ts";

/**
 * A question with each formula replaced by one sign that also encodes the sort of the formula, so that a pattern over
 * the whole text can match it. `text` omits nothing but blanks and quotation marks.
 */
export interface Sentence {
  readonly text: string;
  readonly spans: readonly Span[];
  readonly isKorean: boolean;
  /** An operation was given in words: in `gcd of 12 and 5 plus 1` it is unclear where its operand ends. */
  readonly isSpoken: boolean;
}

const SORTS = {
  number: 0,
  percent: 1,
  fraction: 2,
  name: 3,
  list: 4,
  other: 5,
  comparison: 6,
  derivative: 7,
  unread: 8,
} as const;
type Sort = keyof typeof SORTS;
/** The most formulas in a sentence. The signs are in Unicode's private use area, which no span contains. */
const BLOCK = 0x100;
const FIRST = 0xe000;

const range = (sort: Sort): string => {
  const start = FIRST + SORTS[sort] * BLOCK;
  return `${String.fromCharCode(start)}-${String.fromCharCode(start + BLOCK - 1)}`;
};
const VALUES = `${range("number")}${range("percent")}${range("fraction")}${range("name")}${range("other")}`;

/**
 * The names of formulas in patterns: `{n}` a number, `{v}` a letter, `{e}` any expression, `{c}` a comparison, `{l}` a
 * list or a point.
 */
export const MACROS: Readonly<Record<string, string>> = {
  n: `[${range("number")}]`,
  p: `[${range("percent")}]`,
  part: `[${range("percent")}${range("fraction")}]`,
  v: `[${range("name")}]`,
  e: `[${VALUES}]`,
  c: `[${range("comparison")}]`,
  l: `[${range("list")}]`,
  el: `[${VALUES}${range("list")}]`,
  ec: `[${VALUES}${range("comparison")}]`,
  d: `[${range("derivative")}]`,
};

const sortOf = (span: Span): Sort | null => {
  if (span.kind === "expression") return span.form;
  return span.kind === "comparison" || span.kind === "derivative" || span.kind === "unread" ? span.kind : null;
};

/** Quotation marks and delimiters of formulas have no meaning of their own. */
const SILENT = /^["'`\u201c\u201d\u200b\u2063\r]$/;
const IS_FORMULA = /[\ue000-\ue8ff]/;

/** Null when the question has more formulas and words than any that could be answered. */
export const sentenceOf = (question: string): Sentence | null => {
  const spoken = withoutSpokenOperators(question);
  const spans = spansIn(spoken);
  return spans === null || spans.length > BLOCK ? null : sentenceFrom(spans, operators(spoken) > operators(question));
};

const operators = (text: string): number => text.match(/[-+*/]/g)?.length ?? 0;

/** Makes a sentence of at most 256 spans. */
export const sentenceFrom = (spans: readonly Span[], isSpoken = false): Sentence => {
  let text = "";
  for (const [at, span] of spans.entries()) {
    const sort = sortOf(span);
    if (sort !== null) text += String.fromCharCode(FIRST + SORTS[sort] * BLOCK + at);
    else if (span.kind === "word") text += ` ${span.text} `;
    // Private-use signs in the user's text are not formulas.
    else if (!SILENT.test(span.text)) text += span.text.replace(IS_FORMULA, "\ufffd");
  }
  return { text: withoutLines(text), spans, isKorean: /[가-힣ㄱ-ㅎ]/.test(text), isSpoken };
};

/** Between two formulas the end of a line separates them as a comma does; anywhere else it is a blank. */
const withoutLines = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, (lines, at: number, whole: string) => {
      const [before, after] = [whole[at - 1] ?? "", whole[at + lines.length] ?? ""];
      return IS_FORMULA.test(before) && IS_FORMULA.test(after) ? "," : " ";
    })
    .replace(/\s+/g, " ")
    .trim();

/** Returns the span that a sign of the text stands for. */
export const spanAt = ({ spans }: Sentence, sign: string): Span => {
  const span = spans[(sign.charCodeAt(0) - FIRST) % BLOCK];
  if (span === undefined) throw new Error("a sign stands for a span");
  return span;
};
