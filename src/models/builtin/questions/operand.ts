import { languageOf } from "../../../domain/language.ts";
import { call, type Expr, rewrite, variablesOf } from "../expression.ts";
import type { Sentence } from "../formulas.ts";
import type { Task } from "../task.ts";

/**
 * The readers for what is asked by a sign or a key word. Each answers null when the question is of another kind, and
 * `unclear` when it is of this kind but cannot be read for certain: then nothing else may be read into it.
 */
export type Reading = Task | "unclear" | null;

/** The text without this stretch; what stood around it stays apart. */
export const cut = (text: string, start: number, end: number): string => `${text.slice(0, start)} ; ${text.slice(end)}`;

/** `f(x) =` and `f(x)` name a function; only what it equals is a formula. */
export const withoutNames = (text: string): string =>
  text.replace(/\b[fgh] ?'{0,3} ?\( ?[a-z] ?\) ?=(?! ?0\b)/g, " ; ").replace(/\b[fgh] ?\( ?[a-z] ?\)/g, " ; ");

/** In English calculus `log` is the natural logarithm; in Korean schools it is to base 10. */
export const withLogarithm = (expr: Expr, text: string): Expr =>
  languageOf(text, "en") === "ko"
    ? expr
    : rewrite(expr, (node) =>
        node.kind === "call" && node.name === "log" && node.args.length === 1 ? call("ln", ...node.args) : node,
      );

/** `derivative of x` means x; a lone letter or number in a longer sentence is just talk. */
const MAX_WORDS_AROUND_A_NAME = 4;

/** The formula that the operation is applied to: the only one, or the only one that is more than a name. */
export const operandOf = ({ expressions, equations, words }: Sentence): Expr | null => {
  const named = equations.filter(
    ({ left, right }) => left.kind === "symbol" && !variablesOf(right).includes(left.name),
  );
  if (equations.length > named.length || named.length > 1) return null;
  const candidates = [...named.map(({ right }) => right), ...expressions];
  const composite = candidates.filter(({ kind }) => kind !== "symbol" && kind !== "number");
  if (composite.length > 1) return null;
  const only = composite[0] ?? named[0]?.right;
  if (only !== undefined || words.length > MAX_WORDS_AROUND_A_NAME) return only ?? null;
  return expressions.find(({ kind }) => kind === "symbol") ?? expressions[0] ?? null;
};

/** The variable that an operation is about where nobody says it. */
export const customary = (expr: Expr): string => {
  const names = variablesOf(expr);
  return [..."xtθyzu"].find((name) => names.includes(name)) ?? names[0] ?? "x";
};

/** `with respect to t`, `t에 대하여`, taken out of the text. */
export const takeVariable = (text: string): { readonly text: string; readonly variable: string | null } => {
  const match =
    /(?:with respect to|w\.?r\.?t\.?|in terms of) ([a-zθ])\b|([a-zθ]) ?에 (?:대해서?|대하여|관해서?|관하여)/i.exec(
      text,
    );
  if (match === null) return { text, variable: null };
  return { text: cut(text, match.index, match.index + match[0].length), variable: match[1] ?? match[2] ?? null };
};
