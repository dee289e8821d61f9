import { comparisonAt } from "./comparison.ts";
import type { Comparison, Equation, Expression } from "./expression.ts";
import { withoutLatex } from "./latex.ts";
import { lexFormula } from "./lex.ts";
import { NotationError } from "./mistake.ts";
import { Parser } from "./parser.ts";
import { holdsRelation } from "./token.ts";

export const MAX_EXPRESSION_CHARS = 500;
/** The longest result of a symbolic computation. Users and models do not write formulas of this length. */
export const MAX_ANSWER_CHARS = 5_000;

const refuseLong = (text: string, maxChars: number): void => {
  if (text.length > maxChars)
    throw new NotationError(`The expression is longer than ${maxChars} characters; shorten it.`, 0, text.length);
};

const parserOf = (text: string, maxChars: number): Parser => {
  refuseLong(text, maxChars);
  const tokens = lexFormula(withoutLatex(text)).filter(({ kind, text: sign }) => kind !== "mark" || sign.trim() !== "");
  return new Parser(tokens, { isProse: false, maxDigits: maxChars });
};

/**
 * Parses a formula in plain notation or LaTeX, of at most `maxChars` characters and nested at most 60 deep. Throws a
 * NotationError that names the mistake or both readings.
 */
export const parse = (text: string, maxChars = MAX_EXPRESSION_CHARS): Expression => parserOf(text, maxChars).whole();

/** Parses `0 ≤ x < 2`, each side of at most 500 characters. A lone expression means `expression = 0`. */
export const parseComparison = (text: string): Comparison => {
  for (const side of text.split(/[=<>≤≥≠＝]/u)) refuseLong(side, MAX_EXPRESSION_CHARS);
  const parser = parserOf(text, 3 * MAX_EXPRESSION_CHARS);
  if (holdsRelation(parser.tokens)) return comparisonAt(parser);
  return { sides: [parser.whole(), { kind: "number", text: "0" }], relations: ["="] };
};

/** Parses `left = right`. A lone expression means `expression = 0`. Throws for more sides and other relations. */
export const parseEquation = (text: string): Equation => {
  const { sides, relations } = parseComparison(text);
  const [left, right] = sides;
  if (sides.length > 2 && relations.every((relation) => relation === "="))
    throw new NotationError(
      `"${text.slice(0, 80)}" has more than one "="; give each equation on its own.`,
      0,
      text.length,
    );
  if (left === undefined || right === undefined || relations.some((relation) => relation !== "="))
    throw new NotationError('An equation has one "=" and no other relation.', 0, text.length);
  return { left, right };
};

/** Returns the expression, or null when the text is not one. */
export const tryParse = (text: string): Expression | null => {
  try {
    return parse(text, MAX_ANSWER_CHARS);
  } catch (error) {
    if (error instanceof NotationError) return null;
    throw error;
  }
};
