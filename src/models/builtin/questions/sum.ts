import { readArgument, readRange } from "../bounds.ts";
import { variablesOf } from "../expression.ts";
import { readSentence } from "../formulas.ts";
import { cut, operandOf, type Reading } from "./operand.ts";

/** A longer sentence only happens to hold the word and two numbers. */
const MAX_WORDS = 10;

/** `sum of n^2 from n=1 to 10`, `∑`, `1부터 100까지의 합`. */
export const sumIn = (text: string): Reading => {
  if (!/∑|시그마|\bsum\b|합(?:은|을|계|$|\?|[^가-힣])/i.test(text)) return null;
  const sign = text.indexOf("∑");
  const bounds = sign < 0 ? readRange(text) : readArgument(text, sign + 1);
  if (bounds === null) return sign < 0 ? null : "unclear";
  const rest = cut(text, sign < 0 ? bounds.start : sign, bounds.end);
  const sentence = readSentence(rest);
  if (sentence.words.length > MAX_WORDS) return null;
  // Without a formula it is the numbers themselves that are added up.
  const of = operandOf(sentence) ?? { kind: "symbol", name: bounds.variable ?? "n" };
  const names = variablesOf(of);
  const variable = bounds.variable ?? names[0] ?? "n";
  if (names.some((name) => name !== variable)) return "unclear";
  return { kind: "sum", of, variable, bounds: { from: bounds.from, to: bounds.to } };
};
