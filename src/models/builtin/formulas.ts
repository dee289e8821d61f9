import type { Equation, Expr } from "./expression.ts";
import { lex, type Token } from "./lex.ts";
import { parseEquation, parseTokens } from "./parse.ts";
import { isOperator, trimmed } from "./trim.ts";

/** What a sentence holds: the formulas in it, in order, and the words that are left over, in lower case. */
export interface Sentence {
  readonly expressions: readonly Expr[];
  readonly equations: readonly Equation[];
  readonly words: readonly string[];
}

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
