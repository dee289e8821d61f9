import { type Equation, type Expression, substitute } from "../../../notation/expression.ts";
import { toText } from "../../../notation/print.ts";
import { type Complex, evaluate } from "../evaluate.ts";
import { isClose } from "../sample.ts";
import { decimals, isIrrational, readTool, show } from "../show.ts";
import type { TaskOf } from "../task.ts";
import type { Wording } from "./answer.ts";

/** One value for each unknown, as the tool formatted it. */
export type Solution = Readonly<Record<string, string>>;

/** The most solutions whose check is written out. */
export const MAX_SHOWN = 8;

type Verdict = "holds" | "fails" | "unknown";

const compare = (left: Complex, right: Complex): boolean => isClose(left.re, right.re) && isClose(left.im, right.im);

/** Substitutes a solution into one equation. Returns the sentence that shows it, and whether the equation holds. */
const checked = (
  equation: Equation,
  solution: Solution,
  localized: Wording,
): { readonly text: string; readonly verdict: Verdict } => {
  const values = new Map<string, Expression>();
  for (const [name, text] of Object.entries(solution)) {
    const value = readTool(text);
    if (value !== null) values.set(name, value);
  }
  const [left, right] = [substitute(equation.left, values), substitute(equation.right, values)];
  const [leftValue, rightValue] = [evaluate(left), evaluate(right)];
  if (leftValue === null || rightValue === null) return { text: "", verdict: "unknown" };
  const holds = compare(leftValue, rightValue);
  const complexText = ({ re, im }: Complex): string =>
    Math.abs(im) < 1e-9
      ? decimals(Math.abs(re) < 1e-9 ? 0 : re)
      : `${decimals(re)}${im < 0 ? " - " : " + "}${decimals(Math.abs(im))}i`;
  const side = (expr: Expression, value: Complex): string => {
    const [text, result] = [toText(expr), complexText(value)];
    return text === result ? text : `${text} ${isIrrational(expr) ? "≈" : "="} ${result}`;
  };
  const sides = localized({
    ko: `좌변은 ${side(left, leftValue)}, 우변은 ${side(right, rightValue)}`,
    en: `left side ${side(left, leftValue)}, right side ${side(right, rightValue)}`,
  });
  const verdict = holds
    ? localized({ ko: "성립합니다", en: "true" })
    : localized({ ko: "성립하지 않습니다", en: "not true" });
  return {
    text: localized({ ko: `${sides}: ${verdict}.`, en: `${sides}: ${verdict}.` }),
    verdict: holds ? "holds" : "fails",
  };
};

/** Substitutes every solution into every equation. Also returns whether one of them failed. */
export const checks = (
  task: TaskOf<"equations">,
  solutions: readonly Solution[],
  localized: Wording,
): { readonly text: string; readonly failed: boolean } => {
  const lines: string[] = [];
  let failed = false;
  for (const solution of solutions.slice(0, MAX_SHOWN)) {
    for (const equation of task.equations) {
      const { text, verdict } = checked(equation, solution, localized);
      if (verdict === "fails") failed = true;
      if (text !== "")
        lines.push(
          `- \`${Object.entries(solution)
            .map(([name, value]) => `${name} = ${show(value)}`)
            .join(", ")}\` → ${text}`,
        );
    }
  }
  const title = localized({
    ko: "검산: 구한 값을 원래 식에 대입합니다.",
    en: "Check, by substitution into the original:",
  });
  return { text: lines.length === 0 ? "" : [title, ...lines].join("\n"), failed };
};
