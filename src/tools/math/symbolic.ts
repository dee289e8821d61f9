import nerdamer from "nerdamer-prime/all";
import { type Expression, some } from "../../notation/expression.ts";
import { print } from "../../notation/print.ts";
import { MAX_ANSWER_CHARS, parse } from "../../notation/read.ts";
import { isEqual } from "./equal.ts";

/** Nerdamer keeps variables, functions and caches for the whole process; no call may see what an earlier one left. */
const forget = (): void => {
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
  const best = tidy && isEqual(tidy, expression) ? tidy : expression;
  if (!some(best, ({ kind }) => kind === "call")) return best;
  const simple = symbolic(`simplify(${print(best)})`);
  return simple && print(simple).length < print(best).length && isEqual(simple, expression) ? simple : best;
};
