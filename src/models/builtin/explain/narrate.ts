import type { Locale } from "../../../domain/run.ts";
import type { Equation } from "../expression.ts";
import { lex } from "../lex.ts";
import { parseEquation } from "../parse.ts";
import { toText } from "../print.ts";
import { show } from "../show.ts";
import { type Say, sayIn } from "./answer.ts";

/** More steps than this tire a reader; the first ones and the last are kept. */
const MAX_STEPS = 14;

/** What was done to both sides, or to one of them, told from the equation before and after; empty when it cannot be told. */
const doing = (before: Equation, after: Equation, say: Say): string => {
  const [left, right] = [toText(after.left), toText(after.right)];
  if (after.left.kind === "binary" && after.right.kind === "binary" && after.left.op === after.right.op) {
    const by = toText(after.left.right);
    const isSame =
      by === toText(after.right.right) &&
      toText(after.left.left) === toText(before.left) &&
      toText(after.right.left) === toText(before.right);
    if (isSame && after.left.op === "+") return say({ ko: `양변에 ${by} 더하기`, en: `add ${by} to both sides` });
    if (isSame && after.left.op === "-")
      return say({ ko: `양변에서 ${by} 빼기`, en: `subtract ${by} from both sides` });
    if (isSame && after.left.op === "*") return say({ ko: `양변에 ${by} 곱하기`, en: `multiply both sides by ${by}` });
    if (isSame && after.left.op === "/") return say({ ko: `양변을 ${by} 로 나누기`, en: `divide both sides by ${by}` });
  }
  if (right === toText(before.right)) return say({ ko: "좌변 정리", en: "simplify the left side" });
  if (left === toText(before.left)) return say({ ko: "우변 정리", en: "simplify the right side" });
  if (left === toText(before.right) && right === toText(before.left))
    return say({ ko: "양변 바꾸기", en: "swap the sides" });
  return "";
};

/** `before -> after`, as the tool gives its steps; anything else is shown as it came. */
const narrate = (step: string, say: Say): string => {
  const [before = "", after] = step.split(/ ?(?:->|→) ?/);
  if (after === undefined) return `\`${show(before)}\``;
  const [from, to] = [parseEquation(lex(before)), parseEquation(lex(after))];
  const done = from === null || to === null ? "" : doing(from, to, say);
  return `\`${show(before)}\` → \`${show(after)}\`${done === "" ? "" : ` (${done})`}`;
};

/** The solver's own steps, each with what was done in the reader's language. */
export const narrated = (steps: readonly string[], locale: Locale): string[] => {
  const texts = steps.map((step) => narrate(step.slice(0, 1000).replaceAll("\n", " "), sayIn(locale)));
  return texts.length <= MAX_STEPS ? texts : [...texts.slice(0, MAX_STEPS - 2), "…", ...texts.slice(-1)];
};
