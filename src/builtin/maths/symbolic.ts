import nerdamer from "nerdamer-prime/all";
import { type Expression, some } from "../../notation/expression.ts";
import { print } from "../../notation/print.ts";
import { MAX_ANSWER_CHARS, parse } from "../../notation/read.ts";
import { isEqual } from "./equal.ts";
import { isRounded } from "./rounded.ts";

// `getCore` is not among nerdamer's types.
const settings: Record<string, unknown> = (
  nerdamer as unknown as { getCore: () => { Settings: Record<string, unknown> } }
).getCore().Settings;
/** Those that are plain values: others are derived, and cannot be set. */
const initial: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(settings).filter(([name]) => Object.getOwnPropertyDescriptor(settings, name)?.writable === true),
);

/**
 * Nerdamer keeps variables, functions, caches and settings for the whole process; no call may see what an earlier one left. What fails
 * half-way, by its limit of 800 ms for one, leaves `PARSE2NUMBER` set (nerdamer-prime 1.5.0, `block` in nerdamer.core.js has no
 * `finally`), and from then on π is 491701844/156513558.
 */
const forget = (): void => {
  Object.assign(settings, initial);
  nerdamer.clearVars();
  nerdamer.flush();
};

/** What nerdamer makes of an expression, as an expression again; null when it fails or answers outside the notation. */
export const symbolic = (expression: Expression | string): Expression | null => {
  try {
    forget();
    return parseAnswer(nerdamer(typeof expression === "string" ? expression : print(expression)).toString());
  } catch {
    return null;
  }
};

/** Nerdamer's solutions of `expression = 0` for one unknown: to be checked, for some are wrong. */
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

/** The expression as nerdamer tidies it, if that provably means the same; itself otherwise. */
export const simplest = (expression: Expression): Expression => {
  const tidy = symbolic(expression);
  const best = tidy && isSame(tidy, expression) ? tidy : expression;
  if (!some(best, ({ kind }) => kind === "call")) return best;
  const simple = symbolic(`simplify(${print(best)})`);
  return simple && print(simple).length < print(best).length && isSame(simple, expression) ? simple : best;
};

const isSame = (tidy: Expression, expression: Expression): boolean =>
  !isRounded(tidy, expression) && isEqual(tidy, expression);
