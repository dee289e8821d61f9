import nerdamer from "nerdamer-prime/all";
import { type Expression, some } from "../../notation/expression.ts";
import { print } from "../../notation/print.ts";
import { MAX_ANSWER_CHARS, parse } from "../../notation/read.ts";
import { isEqual } from "./equal.ts";
import { isRounded } from "./rounded.ts";

// Nerdamer's types lack `getCore`.
const settings: Record<string, unknown> = (
  nerdamer as unknown as { getCore: () => { Settings: Record<string, unknown> } }
).getCore().Settings;
/** Settings with plain values; the others are derived and cannot be set. */
const initial: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(settings).filter(([name]) => Object.getOwnPropertyDescriptor(settings, name)?.writable === true),
);

/**
 * Nerdamer stores variables, functions, caches and settings for the whole process, so each call starts from a clean
 * state. A call that fails halfway, by nerdamer's own limit of 800 ms, leaves `PARSE2NUMBER` set (nerdamer-prime 1.5.0,
 * `block` in nerdamer.core.js has no `finally`); from then on π is 491701844/156513558.
 */
const forget = (): void => {
  Object.assign(settings, initial);
  nerdamer.clearVars();
  nerdamer.flush();
};

/**
 * Returns nerdamer's result for an expression as an expression. Null when it fails or its result is not in our
 * notation.
 */
export const symbolic = (expression: Expression | string): Expression | null => {
  try {
    forget();
    return parseAnswer(nerdamer(typeof expression === "string" ? expression : print(expression)).toString());
  } catch {
    return null;
  }
};

/**
 * Returns nerdamer's solutions of `expression = 0` for one unknown. The caller must check them, since some are wrong.
 */
export const symbolicSolutions = (expression: Expression, name: string): readonly Expression[] => {
  try {
    forget();
    const found: unknown = nerdamer(`${print(expression)}=0`).solveFor?.(name);
    return (Array.isArray(found) ? found : [found]).flatMap((one) => parseAnswer(String(one)) ?? []);
  } catch {
    return [];
  }
};

const parseAnswer = (text: string): Expression | null => {
  try {
    return parse(text, MAX_ANSWER_CHARS);
  } catch {
    return null;
  }
};

/** Returns nerdamer's simplified form if it is provably equal, and the expression itself otherwise. */
export const simplest = (expression: Expression): Expression => {
  const tidy = symbolic(expression);
  const best = tidy && isSame(tidy, expression) ? tidy : expression;
  if (!some(best, ({ kind }) => kind === "call")) return best;
  const simple = symbolic(`simplify(${print(best)})`);
  return simple && print(simple).length < print(best).length && isSame(simple, expression) ? simple : best;
};

const isSame = (tidy: Expression, expression: Expression): boolean =>
  !isRounded(tidy, expression) && isEqual(tidy, expression);
