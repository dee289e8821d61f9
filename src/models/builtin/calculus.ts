import { languageOf } from "../../domain/language.ts";
import { readArgument, readRange } from "./bounds.ts";
import { evaluate } from "./evaluate.ts";
import { call, type Expr, rewrite, variablesOf } from "./expression.ts";
import { readSentence, type Sentence } from "./formulas.ts";
import { parse } from "./parse.ts";
import type { Side, Task } from "./task.ts";

/**
 * The readers for what is asked by a sign or a key word. Each answers null when the question is of another kind, and
 * `unclear` when it is of this kind but cannot be read for certain: then nothing else may be read into it.
 */
type Reading = Task | "unclear" | null;

const cut = (text: string, start: number, end: number): string => `${text.slice(0, start)} ; ${text.slice(end)}`;

/** `f(x) =` and `f(x)` name a function; only what it equals is a formula. */
const withoutNames = (text: string): string =>
  text.replace(/\b[fgh] ?'{0,3} ?\( ?[a-z] ?\) ?=(?! ?0\b)/g, " ; ").replace(/\b[fgh] ?\( ?[a-z] ?\)/g, " ; ");

/** In English calculus `log` is the natural logarithm; in Korean schools it is to base 10. */
const withLogarithm = (expr: Expr, text: string): Expr =>
  languageOf(text, "en") === "ko"
    ? expr
    : rewrite(expr, (node) =>
        node.kind === "call" && node.name === "log" && node.args.length === 1 ? call("ln", ...node.args) : node,
      );

/** The formula that the operation is applied to: the only one, or the only one that is more than a name. */
const operandOf = ({ expressions, equations }: Sentence): Expr | null => {
  const named = equations.filter(
    ({ left, right }) => left.kind === "symbol" && !variablesOf(right).includes(left.name),
  );
  if (equations.length > named.length || named.length > 1) return null;
  const candidates = [...named.map(({ right }) => right), ...expressions];
  const composite = candidates.filter(({ kind }) => kind !== "symbol" && kind !== "number");
  if (composite.length > 1) return null;
  return composite[0] ?? named[0]?.right ?? expressions.find(({ kind }) => kind === "symbol") ?? expressions[0] ?? null;
};

const customary = (expr: Expr): string => {
  const names = variablesOf(expr);
  return [..."xtθyzu"].find((name) => names.includes(name)) ?? names[0] ?? "x";
};

/** `with respect to t`, `t에 대하여`, taken out of the text. */
const takeVariable = (text: string): { readonly text: string; readonly variable: string | null } => {
  const match =
    /(?:with respect to|w\.?r\.?t\.?|in terms of) ([a-zθ])\b|([a-zθ]) ?에 (?:대해서?|대하여|관해서?|관하여)/i.exec(
      text,
    );
  if (match === null) return { text, variable: null };
  return { text: cut(text, match.index, match.index + match[0].length), variable: match[1] ?? match[2] ?? null };
};

const APPROACH = "(?:->|approaches|goes to|tends to|가|이)";
const TARGET = "((?:[-+] ?)?(?:[A-Za-z\\d.√/*^∞π]|\\([^()]{0,40}\\)){1,24})";
const LIMITS: readonly RegExp[] = [
  new RegExp(`\\blim(?:it)? ?_? ?\\(? ?([a-zθ]) ?-> ?${TARGET} ?\\)?`, "i"),
  new RegExp(`(?:,? ?\\b(?:as|when) )([a-zθ]) ?(?:->|approaches|goes to|tends to) ?${TARGET}`, "i"),
  new RegExp(
    `([a-zθ]) ?${APPROACH} ?${TARGET} ?(?:으로|로|에|까지)? ?(?:한없이 |무한히 )?(?:갈|다가|접근|가까|수렴|일) ?때?`,
    "i",
  ),
];

/** `0+`, `0^-`, `from the right`, `우극한`, taken out of the text. */
const takeSide = (text: string): { readonly text: string; readonly side: Side } => {
  const match = /(-> ?\(?[-+]?[\d.π]{1,12}) ?\^? ?\(?([-+])\)?(?=[\s)]|$)/.exec(text);
  const said = /from the right|우극한/i.test(text) ? "right" : /from the left|좌극한/i.test(text) ? "left" : null;
  if (match === null) return { text: text.replace(/\bfrom the (?:left|right)\b/gi, " ; "), side: said };
  const kept = text.slice(0, match.index) + (match[1] ?? "");
  const closing = /\^ ?\(/.test(match[0]) ? "" : match[0].endsWith(")") ? ")" : "";
  return {
    text: kept + closing + text.slice(match.index + match[0].length),
    side: match[2] === "+" ? "right" : "left",
  };
};

export const limitIn = (question: string): Reading => {
  if (!/\blim|극한|approaches|->/i.test(question)) return null;
  const { text, side } = takeSide(question);
  const endless = /([a-z]) ?(?:가|이) ?(?:한없이|무한히) 커질 ?때/i.exec(text);
  const found = endless ?? LIMITS.map((pattern) => pattern.exec(text)).find((match) => match !== null);
  if (found === undefined || found === null) return /극한|\blim/i.test(text) ? "unclear" : null;
  const variable = found[1] ?? "x";
  const target = (endless === null ? found[2] : "∞") ?? "";
  // The pattern may have taken the parenthesis that closes `lim_(x->0)`.
  const to = parse(target.includes("(") ? target : target.replaceAll(")", ""));
  const of = operandOf(readSentence(withoutNames(cut(text, found.index, found.index + found[0].length))));
  if (to === null || of === null || variablesOf(of).some((name) => name !== variable)) return "unclear";
  return { kind: "limit", of: withLogarithm(of, text), variable, to, side };
};

const DIFFERENTIAL = /(?<![A-Za-z]{3})d([xyztuvwrsθ])(?![A-Za-z])/g;

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

const SECOND = /second derivative|이계 ?도함수|두 번 미분|''|d\^\(?2\)?/i;
const THIRD = /third derivative|삼계 ?도함수|세 번 미분|'''|d\^\(?3\)?/i;

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

export const sumIn = (text: string): Reading => {
  if (!/∑|시그마|\bsum\b|합(?:은|을|계|$|\?|[^가-힣])/i.test(text)) return null;
  const sign = text.indexOf("∑");
  const bounds = sign < 0 ? readRange(text) : readArgument(text, sign + 1);
  if (bounds === null) return sign < 0 ? null : "unclear";
  const rest = cut(text, sign < 0 ? bounds.start : sign, bounds.end);
  const of = operandOf(readSentence(rest)) ?? { kind: "symbol", name: bounds.variable ?? "n" };
  const names = variablesOf(of);
  const variable = bounds.variable ?? names[0] ?? "n";
  if (names.some((name) => name !== variable)) return "unclear";
  return { kind: "sum", of, variable, bounds: { from: bounds.from, to: bounds.to } };
};

const DEFAULT_RANGE = { from: -10, to: 10 };
const MAX_PLOTTED = 4;

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
