import type { Locale } from "../../../domain/run.ts";
import { type Equation, type Expression, operation, type Sign } from "../../../notation/expression.ts";
import { toText } from "../../../notation/print.ts";
import { readToolEquation, show } from "../show.ts";
import { tidy } from "../tidy.ts";
import { localizerFor, type Wording } from "./answer.ts";

/** The most steps that a reader can follow. Of more, the first ones and the last are shown. */
const MAX_STEPS = 14;

/** Appends 로 or 으로, by the sound of the last digit: 삼, 육 and 영 end in a consonant other than ㄹ. */
const by = (text: string): string => `${text}${/[036]$/.test(text) ? "으로" : "로"}`;

const shown = (expr: Expression): string => toText(tidy(expr));

/**
 * Returns the operation that turned both sides of `before` into those of `after`, and its operand. Null when there is
 * none.
 */
const operationIn = (before: Equation, after: Equation): { readonly sign: Sign; readonly by: Expression } | null => {
  const { left, right } = after;
  if (left.kind !== "operation" || right.kind !== "operation" || left.sign !== right.sign) return null;
  const isSame =
    shown(left.right) === shown(right.right) &&
    shown(left.left) === shown(before.left) &&
    shown(right.left) === shown(before.right);
  return isSame ? { sign: left.sign, by: left.right } : null;
};

/** Describes what was done to both sides, or to one of them, and the result, from the equation before and after. */
const changeText = (before: Equation, after: Equation, localized: Wording): string => {
  const done = operationIn(before, after);
  if (done !== null) {
    // Not simplified, so that the reader sees the same operation on both sides.
    const apply = (side: Expression): string => toText(operation(done.sign, tidy(side), done.by));
    const both = `\`${apply(before.left)} = ${apply(before.right)}\``;
    const what = shown(done.by);
    if (done.sign === "+")
      return localized({ ko: `양변에 ${what} 더하기: ${both}`, en: `Add ${what} to both sides: ${both}` });
    if (done.sign === "-")
      return localized({ ko: `양변에서 ${what} 빼기: ${both}`, en: `Subtract ${what} from both sides: ${both}` });
    if (done.sign === "*")
      return localized({ ko: `양변에 ${what} 곱하기: ${both}`, en: `Multiply both sides by ${what}: ${both}` });
    if (done.sign === "/")
      return localized({ ko: `양변을 ${by(what)} 나누기: ${both}`, en: `Divide both sides by ${what}: ${both}` });
  }
  const [left, right] = [shown(after.left), shown(after.right)];
  const result = `\`${left} = ${right}\``;
  if (right === shown(before.right))
    return localized({ ko: `좌변 정리: ${result}`, en: `Simplify the left side: ${result}` });
  if (left === shown(before.left))
    return localized({ ko: `우변 정리: ${result}`, en: `Simplify the right side: ${result}` });
  if (left === shown(before.right)) return localized({ ko: `양변 바꾸기: ${result}`, en: `Swap the sides: ${result}` });
  return result;
};

/** Explains a step `before -> after` of the tool. Any other step is shown unchanged. */
const narrate = (step: string, localized: Wording): string => {
  const [before = "", after] = step.split(/ ?(?:->|→) ?/);
  if (after === undefined) return `\`${show(before)}\``;
  const [from, to] = [readToolEquation(before), readToolEquation(after)];
  return from === null || to === null ? `\`${show(after)}\`` : changeText(from, to, localized);
};

/** Explains the solver's own steps in the reader's language. */
export const narrated = (steps: readonly string[], locale: Locale): string[] => {
  const texts = steps.map((step) => narrate(step.slice(0, 1000).replaceAll("\n", " "), localizerFor(locale)));
  return texts.length <= MAX_STEPS ? texts : [...texts.slice(0, MAX_STEPS - 2), "…", ...texts.slice(-1)];
};
