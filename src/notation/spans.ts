import { comparisonAt } from "./comparison.ts";
import { type Comparison, type Expression, rewrite } from "./expression.ts";
import { withoutLatex } from "./latex.ts";
import { lexProse } from "./lex.ts";
import { NotationError } from "./mistake.ts";
import { Parser } from "./parser.ts";
import { holdsRelation, isOperator, type Token } from "./token.ts";

/**
 * A part of a sentence: a formula, a word, a mark, or what looks like a formula but cannot be read as one. There are no
 * other parts.
 */
export type Span =
  | { readonly kind: "expression"; readonly text: string; readonly of: Expression; readonly form: Form }
  | { readonly kind: "comparison"; readonly text: string; readonly of: Comparison }
  /** `d/dx` without a formula after it. The text is the variable and the order, `x1`. */
  | { readonly kind: "derivative"; readonly text: string }
  | { readonly kind: "word" | "mark"; readonly text: string }
  | { readonly kind: "unread"; readonly text: string; readonly readings: readonly string[] };

/** How an expression is written. Alone in one of these forms, it can be more than a value. */
type Form = "number" | "percent" | "fraction" | "name" | "list" | "other";

/** The longest number in a sentence, in digits. */
const MAX_DIGITS = 400;
/** A longer sentence is not a question by a person. */
const MAX_TOKENS = 1_000;
const RELATIONS = "= < > ≤ ≥ ≠";

const isFormula = ({ kind }: Token): boolean => kind !== "word" && kind !== "mark";

/** Groups adjacent formula tokens. Words, marks and commas outside parentheses separate them. */
const runsOf = (tokens: readonly Token[]): readonly (readonly Token[])[] => {
  const runs: Token[][] = [];
  let run: Token[] = [];
  let depth = 0;
  const close = (): void => {
    if (run.length > 0) runs.push(run);
    run = [];
    depth = 0;
  };
  for (const token of tokens) {
    const isComma = depth === 0 && isOperator(token, ",");
    if (!isFormula(token) || isComma) {
      close();
      runs.push([isComma ? { ...token, kind: "mark" } : token]);
      continue;
    }
    if (isOperator(token, "( [")) depth++;
    if (isOperator(token, ") ]")) depth--;
    run.push(token);
  }
  close();
  return runs.flatMap(withoutCondition);
};

/** `x^2 = 9 (x > 0)` is an equation with a condition in parentheses, and is split as by a comma. */
const withoutCondition = (run: readonly Token[]): readonly (readonly Token[])[] => {
  const open = run.findIndex((token, at) => at > 0 && isOperator(token, "(") && token.spaced);
  const inside = run.slice(open + 1, -1);
  const [before, first] = [run.slice(0, open), run[open]];
  const isCondition =
    open > 0 && first !== undefined && isOperator(run.at(-1), ")") && !inside.some((token) => isOperator(token, "( )"));
  if (!isCondition || !holdsRelation(before) || !holdsRelation(inside)) return [run];
  return [before, [{ ...first, kind: "mark", text: "," }], inside];
};

/** `(x = 2)` is an equation that a sentence puts in parentheses. */
const unwrapped = (tokens: readonly Token[]): readonly Token[] => {
  if (!isOperator(tokens[0], "(") || !isOperator(tokens.at(-1), ")")) return tokens;
  let depth = 0;
  let holdsRelation = false;
  for (const [at, token] of tokens.entries()) {
    if (isOperator(token, "(")) depth++;
    if (isOperator(token, ")") && --depth === 0 && at < tokens.length - 1) return tokens;
    if (depth === 1 && isOperator(token, RELATIONS)) holdsRelation = true;
  }
  return holdsRelation ? tokens.slice(1, -1) : tokens;
};

/** `(2) 3x = 9` and `- 3x = 9` may be items of a list or formulas. */
const isNumberedItem = ([first, second, third, fourth]: readonly Token[]): boolean =>
  isOperator(first, "(") &&
  second?.kind === "number" &&
  isOperator(third, ")") &&
  fourth?.spaced === true &&
  !isOperator(fourth, "+ - * / ^ = ! %");
const isBulleted = ([first, second]: readonly Token[], isLineStart: boolean): boolean =>
  isLineStart && isOperator(first, "-") && second?.spaced === true;

/** `2024-01-15`, `12/25/2024`: a date, or an unlikely calculation. */
const DATE = /^(?:\d{4}([-/])\d{1,2}\1\d{1,2}|\d{1,2}([-/])\d{1,2}\2\d{4})$/;

const spanOf = (run: readonly Token[], source: string, isLineStart: boolean): Span => {
  const [first] = run;
  const text = source.slice(first?.start ?? 0, run.at(-1)?.end ?? 0);
  if (first === undefined) return { kind: "mark", text };
  if (first.kind === "word") return { kind: "word", text: first.text };
  if (first.kind === "mark") return { kind: "mark", text: first.text };
  if (first.kind === "derivative" && run.length === 1) return { kind: "derivative", text: first.text };
  if (run.length === 1 && isOperator(first, "! , % ...")) return { kind: "mark", text: first.text };
  const tokens = unwrapped(run);
  const unread = (readings: readonly string[] = []): Span => ({ kind: "unread", text, readings });
  if (isNumberedItem(tokens) || isBulleted(tokens, isLineStart) || DATE.test(text)) return unread();
  const parser = new Parser(tokens, { isProse: true, maxDigits: MAX_DIGITS });
  try {
    return holdsRelation(tokens)
      ? { kind: "comparison", text, of: comparisonAt(parser) }
      : withForm(text, parser.whole(), tokens);
  } catch (error) {
    if (error instanceof NotationError) return unread(error.readings);
    throw error;
  }
};

const withForm = (text: string, of: Expression, tokens: readonly Token[]): Span => {
  const isList = of.kind === "call" && (of.name === "list" || of.name === "point");
  const form: Form =
    of.kind === "number"
      ? "number"
      : of.kind === "name"
        ? "name"
        : isList
          ? "list"
          : tokens.length === 2 && isOperator(tokens[1], "%")
            ? "percent"
            : /^\d+ ?\/ ?\d+$/.test(text) || (tokens.length === 1 && tokens[0]?.kind === "fraction")
              ? "fraction"
              : "other";
  return { kind: "expression", text, of, form };
};

/**
 * Drops an exclamation mark that ends a sentence with an equation, which is not a factorial: `solve 2x + 3 = 7!`. It
 * also drops a final `=` after a term, which is not a relation.
 */
const withoutEnding = (tokens: readonly Token[]): readonly Token[] => {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]?.kind === "mark") end--;
  const last = tokens[end - 1];
  const start = tokens.findLastIndex((token, at) => at < end && !isFormula(token)) + 1;
  const run = tokens.slice(start, end);
  const followsWord = tokens.slice(0, start).some(({ kind }) => kind === "word");
  const isExclamation = isOperator(last, "!") && followsWord && run.some((token) => isOperator(token, "="));
  const isOpen =
    isOperator(last, "=") && run.filter((token) => isOperator(token, RELATIONS)).length === 1 && run.length > 1;
  return isExclamation || isOpen ? [...tokens.slice(0, end - 1), ...tokens.slice(end)] : tokens;
};

/**
 * Splits a sentence in Korean, English or LaTeX into spans that omit nothing but blanks, so that a caller that accounts
 * for every span has understood the whole. Null for more than 1,000 tokens. Linear in the length of the text; never
 * throws.
 */
export const spansIn = (sentence: string): readonly Span[] | null => {
  const text = withoutLatex(sentence);
  const { tokens: all, source } = lexProse(text);
  if (all.length > MAX_TOKENS) return null;
  let isLineStart = true;
  return runsOf(withoutEnding(all)).map((run) => {
    const span = spanOf(run, source, isLineStart);
    isLineStart = span.kind === "mark" && span.text === "\n";
    return span;
  });
};

/** Returns the expression with each logarithm without a base read as natural or to base 10. */
export const withLogarithms = (expression: Expression, base: "natural" | "decimal"): Expression =>
  rewrite(expression, (part) =>
    part.kind === "call" && part.name === "logarithm"
      ? { ...part, name: base === "natural" || part.args.length > 1 ? "log" : "log10" }
      : part,
  );
