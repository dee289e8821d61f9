import { readRange } from "../bounds.ts";
import { evaluate } from "../evaluate.ts";
import { variablesOf } from "../expression.ts";
import { readSentence } from "../formulas.ts";
import { cut, type Reading, withoutNames } from "./operand.ts";

const DEFAULT_RANGE = { from: -10, to: 10 };
const MAX_PLOTTED = 4;

/** `plot y = sin(x) from -5 to 5`, `y = x^2 그래프`. */
export const plotIn = (question: string): Reading => {
  if (!/그래프|\bplot|\bgraph|\bdraw\b|\bsketch\b|그려/i.test(question)) return null;
  const bounds = readRange(question);
  const text = bounds === null ? question : cut(question, bounds.start, bounds.end);
  const { expressions, equations } = readSentence(withoutNames(text));
  const named = equations.filter(({ left }) => left.kind === "symbol").map(({ right }) => right);
  const of = [...named, ...expressions.filter(({ kind }) => kind !== "symbol" && kind !== "number")];
  const names = variablesOf(...of);
  if (of.length === 0) return null;
  if (of.length > MAX_PLOTTED || names.length > 1 || named.length < equations.length) return "unclear";
  const from = bounds === null ? DEFAULT_RANGE.from : (evaluate(bounds.from)?.re ?? Number.NaN);
  const to = bounds === null ? DEFAULT_RANGE.to : (evaluate(bounds.to)?.re ?? Number.NaN);
  if (!Number.isFinite(from) || !Number.isFinite(to) || from >= to) return "unclear";
  return { kind: "plot", of, variable: names[0] ?? "x", from, to };
};
