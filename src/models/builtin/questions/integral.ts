import { readArgument, readRange } from "../bounds.ts";
import { readSentence } from "../formulas.ts";
import { customary, cut, operandOf, type Reading, takeVariable, withLogarithm, withoutNames } from "./operand.ts";

const DIFFERENTIAL = /(?<![A-Za-z]{3})d([xyztuvwrsθ])(?![A-Za-z])/g;

/** `∫ x^2 dx`, `integrate x^2 from 0 to 1`, `x^2을 0부터 1까지 적분`. */
export const integralIn = (question: string): Reading => {
  if (!/∫|적분|\bintegra|antiderivative/i.test(question)) return null;
  if ((question.match(/∫/g) ?? []).length > 1) return "unclear";
  let { text, variable } = takeVariable(question);
  const sign = text.indexOf("∫");
  let bounds = sign < 0 ? null : readArgument(text, sign + 1);
  if (bounds !== null) text = cut(text, sign, bounds.end);
  else {
    bounds = readRange(text);
    if (bounds !== null) text = cut(text, bounds.start, bounds.end);
  }
  const differentials = [...text.matchAll(DIFFERENTIAL)];
  variable ??= differentials.at(-1)?.[1] ?? null;
  // `∫ dx/x` is the integral of 1/x.
  text = text
    .replace(/d[xyztuvwrsθ](?= ?\)? ?\/)/g, "1")
    .replace(DIFFERENTIAL, " ; ")
    .replaceAll("∫", " ; ");
  const of = operandOf(readSentence(withoutNames(text)));
  if (of === null) return "unclear";
  const range = bounds === null ? null : { from: bounds.from, to: bounds.to };
  return { kind: "integral", of: withLogarithm(of, question), variable: variable ?? customary(of), bounds: range };
};
