import { readSentence } from "../formulas.ts";
import { customary, cut, operandOf, type Reading, takeVariable, withLogarithm, withoutNames } from "./operand.ts";

const SECOND = /second derivative|이계 ?도함수|두 번 미분|''|d\^\(?2\)?/i;
const THIRD = /third derivative|삼계 ?도함수|세 번 미분|'''|d\^\(?3\)?/i;

/** `d/dx x^2`, `derivative of x^2`, `f(x) = x^2, f'(x)`, `x^2을 미분`. */
export const derivativeIn = (question: string): Reading => {
  const asked = /미분|도함수|derivative|differentiate|\bd(?:\^\(?\d\)?)?[yf]?\/ ?\(?d ?[a-z]|\b[fgy]'/i.test(question);
  if (!asked) return null;
  if (/미분 ?계수|[fg]' ?\( ?[^a-z ]|\bat x\b|partial|편미분/i.test(question)) return "unclear";
  const order = THIRD.test(question) ? 3 : SECOND.test(question) ? 2 : 1;
  const taken = takeVariable(question);
  const sign = /\bd(?:\^\(?\d\)?)? ?[yf]? ?\/ ?\(? ?d ?([a-zθ])(?:\^\(?\d\)?)? ?\)?/i.exec(taken.text);
  const text = sign === null ? taken.text : cut(taken.text, sign.index, sign.index + sign[0].length);
  const of = operandOf(readSentence(withoutNames(text).replace(/\b[fgy]'{1,3}(?: ?\( ?[a-z] ?\))?/g, " ; ")));
  if (of === null) return "unclear";
  return {
    kind: "derivative",
    of: withLogarithm(of, question),
    variable: taken.variable ?? sign?.[1] ?? customary(of),
    order,
  };
};
