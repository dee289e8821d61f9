import { isOnlyAsking } from "./asking.ts";
import { type Equation, type Expr, substitute, variablesOf } from "./expression.ts";
import { readSentence, type Sentence } from "./formulas.ts";
import { plain } from "./plain.ts";
import { derivativeIn } from "./questions/derivative.ts";
import { integralIn } from "./questions/integral.ts";
import { limitIn } from "./questions/limit.ts";
import { plotIn } from "./questions/plot.ts";
import { sumIn } from "./questions/sum.ts";
import type { Rewriting, Task } from "./task.ts";

/** Longer than any question that this model could answer; it keeps the work bounded, whatever comes. In characters. */
const MAX_QUESTION = 4000;

/** What no tool here solves; better to say so than to answer another question. */
const BEYOND = /[<>≤≥≠±∬∮]|미분 ?방정식|부등식|differential equation|inequalit|matrix|행렬|증명|\bprove\b|\bproof\b/i;

const REWRITINGS: readonly (readonly [RegExp, Rewriting])[] = [
  [/인수 ?분해|소인수|\bfactor(?!ial)/i, "factor"],
  [/전개|\bexpan[ds]|multiply out/i, "expand"],
  [/간단|정리|약분|통분|simplif/i, "simplify"],
];
const SOLVING =
  /\bsolv|\broots?\b|\bzeros?\b|\bsolutions?\b|\bsystem\b|\bfind\b|풀|해를|해는|근을|근은|방정식|구해|구하/i;

const isComposite = (expr: Expr): boolean => expr.kind !== "number" && expr.kind !== "symbol";

/** The unknowns, those that a question usually means first. */
const byCustom = (names: readonly string[]): string[] => {
  const rank = (name: string): number => {
    const at = "xyzwtuvθ".indexOf(name);
    return at < 0 ? 99 : at;
  };
  return [...names].sort((a, b) => rank(a) - rank(b));
};

const unknownsOf = (equations: readonly Equation[], text: string): readonly string[] | null => {
  const names = variablesOf(...equations.flatMap(({ left, right }) => [left, right]));
  if (names.length <= equations.length) return names;
  const asked =
    /(?:\bsolve for|\bfor|in terms of) ([a-z])\b/i.exec(text)?.[1] ??
    /([a-zA-Z]) ?에 (?:대해|대하여|관해|관하여)/.exec(text)?.[1];
  if (asked !== undefined && names.includes(asked)) return [asked];
  const customary = byCustom(names).slice(0, equations.length);
  return customary.every((name) => "xyz".includes(name)) ? customary : null;
};

const equationsIn = (text: string, { equations, words }: Sentence): Task | null => {
  if (equations.length === 0 || equations.length > 6) return null;
  if (!SOLVING.test(text) && !isOnlyAsking(words)) return null;
  const variables = unknownsOf(equations, text);
  return variables === null || variables.length === 0 ? null : { kind: "equations", equations, variables };
};

/** `x^2 + 1 when x = 3`. */
const valueIn = ({ expressions, equations }: Sentence): Task | null => {
  const of = expressions.find(isComposite);
  if (of === undefined || equations.length === 0) return null;
  const values = new Map<string, Expr>();
  for (const { left, right } of equations) {
    if (left.kind !== "symbol" || variablesOf(right).length > 0) return null;
    values.set(left.name, right);
  }
  const result = substitute(of, values);
  return variablesOf(result).length === 0 ? { kind: "arithmetic", of: result } : null;
};

const longest = (expressions: readonly Expr[]): Expr | undefined =>
  expressions
    .filter(isComposite)
    .map((expr) => ({ expr, size: JSON.stringify(expr).length }))
    .sort((a, b) => b.size - a.size)[0]?.expr;

const rewritingIn = (text: string, { expressions, equations, words }: Sentence): Task | null => {
  const how = REWRITINGS.find(([pattern]) => pattern.test(text))?.[1];
  if (how === undefined || equations.length > 0) return null;
  const of =
    longest(expressions) ??
    (how === "factor" && words.length <= 5 ? expressions.find(({ kind }) => kind === "number") : undefined);
  return of === undefined ? null : { kind: "rewrite", how, of };
};

const valueOrSimplerIn = ({ expressions, equations, words }: Sentence): Task | null => {
  const of = longest(expressions);
  if (of === undefined || equations.length > 0 || !isOnlyAsking(words)) return null;
  return variablesOf(of).length === 0 ? { kind: "arithmetic", of } : { kind: "rewrite", how: "simplify", of };
};

/**
 * What a question in Korean, English or LaTeX asks for; null when it is nothing that this model can do. It never guesses:
 * a sentence that merely holds numbers is no arithmetic. Linear in the length of the text, and never throws.
 */
export const recognise = (question: string): Task | null => {
  if (question.length > MAX_QUESTION) return null;
  const text = plain(question);
  if (text.length > 2 * MAX_QUESTION || BEYOND.test(text.replaceAll("->", " "))) return null;
  const special = limitIn(text) ?? integralIn(text) ?? derivativeIn(text) ?? sumIn(text) ?? plotIn(text);
  if (special !== null) return special === "unclear" ? null : special;
  const sentence = readSentence(text);
  return rewritingIn(text, sentence) ?? valueIn(sentence) ?? equationsIn(text, sentence) ?? valueOrSimplerIn(sentence);
};
