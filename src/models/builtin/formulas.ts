import type { Equation, Expr } from "./expression.ts";
import { lex, type Token } from "./lex.ts";
import { parseEquation, parseTokens } from "./parse.ts";

/** What a sentence holds: the formulas in it, in order, and the words that are left over, in lower case. */
export interface Sentence {
  readonly expressions: readonly Expr[];
  readonly equations: readonly Equation[];
  readonly words: readonly string[];
}

const isOperator = (token: Token | undefined, among: string): boolean =>
  token?.kind === "operator" && among.includes(token.text);

/** `(x = 2)`: prose has put an equation in parentheses. */
const hasEnclosedEquals = (tokens: readonly Token[]): boolean => {
  let depth = 0;
  return tokens.some((token) => {
    if (isOperator(token, "(")) depth += 1;
    if (isOperator(token, ")")) depth -= 1;
    return depth > 0 && isOperator(token, "=");
  });
};

/** Without what cannot stand at a formula's ends: `= 7 =`, an exclamation mark, a parenthesis of the prose. */
const trimmed = (tokens: readonly Token[]): readonly Token[] => {
  let start = 0;
  let end = tokens.length;
  while (start < end && isOperator(tokens[start], "=*/^,)%!")) start += 1;
  while (end > start && isOperator(tokens[end - 1], "=*/^,(+-√")) end -= 1;
  const span = tokens.slice(start, end);
  if (isOperator(span.at(-1), "!") && span.some((token) => isOperator(token, "="))) return trimmed(span.slice(0, -1));
  if (isOperator(span[0], "(") && isOperator(span.at(-1), ")") && hasEnclosedEquals(span))
    return trimmed(span.slice(1, -1));
  const opened = span.filter((token) => isOperator(token, "(")).length;
  const closed = span.filter((token) => isOperator(token, ")")).length;
  if (opened > closed && isOperator(span[0], "(")) return trimmed(span.slice(1));
  if (closed > opened && isOperator(span.at(-1), ")")) return trimmed(span.slice(0, -1));
  return span;
};

/** Runs of formula tokens; a word, a mark, or a comma outside of parentheses parts them. */
const spansOf = (tokens: readonly Token[]): Token[][] => {
  const spans: Token[][] = [];
  let span: Token[] = [];
  let depth = 0;
  const cut = () => {
    if (span.length > 0) spans.push(span);
    span = [];
    depth = 0;
  };
  for (const token of tokens) {
    if (token.kind === "word" || token.kind === "break" || (depth === 0 && isOperator(token, ","))) {
      cut();
      continue;
    }
    if (isOperator(token, "(")) depth += 1;
    if (isOperator(token, ")")) depth = Math.max(0, depth - 1);
    span.push(token);
  }
  cut();
  return spans;
};

/** @param text in plain notation, see `plain`. */
export const readSentence = (text: string): Sentence => {
  const tokens = lex(text);
  const expressions: Expr[] = [];
  const equations: Equation[] = [];
  for (const span of spansOf(tokens).map(trimmed)) {
    const equation = parseEquation(span);
    const expression = equation === null ? parseTokens(span) : null;
    if (equation !== null) equations.push(equation);
    if (expression !== null) expressions.push(expression);
  }
  const words = tokens.filter((token) => token.kind === "word").map((token) => token.text.toLowerCase());
  return { expressions, equations, words };
};
