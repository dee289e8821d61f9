import { type Expression, unknowns } from "../../../notation/expression.ts";
import { isClose, valueAt } from "../sample.ts";
import type { Task } from "../task.ts";
import type { Wording } from "./answer.ts";
import { confirmArea, confirmDerivative, confirmSame, type Verdict } from "./confirm.ts";

/** The tasks of the tool `calculate`. */
export type CalculatedTask = Exclude<Task, { kind: "equations" | "inequalities" | "command" | "plot" }>;

/** Compares two numbers in floating point. Unclear when one is too large, complex or undefined. */
const sameValue = (of: Expression, result: Expression): Verdict => {
  const [expected, actual] = [valueAt(of, {}), valueAt(result, {})];
  if (expected === null || actual === null) return "unclear";
  return isClose(expected, actual) ? "confirmed" : "refuted";
};

/** Checks the tool's result numerically. */
export const verdictOf = (task: CalculatedTask, result: Expression | null): Verdict => {
  if (result === null) return "unclear";
  if (task.kind === "derivative" && task.order === 1) return confirmDerivative(task.of, result, task.variable);
  if (task.kind === "arithmetic") return sameValue(task.of, result);
  if (task.kind === "rewrite") return unknowns(task.of).length === 0 ? "unclear" : confirmSame(task.of, result);
  if (task.kind !== "integral") return "unclear";
  if (task.bounds === null) return confirmDerivative(result, task.of, task.variable);
  const [from, to, value] = [valueAt(task.bounds.from, {}), valueAt(task.bounds.to, {}), valueAt(result, {})];
  if (from === null || to === null || value === null) return "unclear";
  return confirmArea(task.of, task.variable, from, to, value);
};

/** Describes the verdict in a sentence. Empty when it is unclear. */
export const verdictText = (task: CalculatedTask, verdict: Verdict, localized: Wording): string => {
  if (verdict === "unclear") return "";
  if (verdict === "refuted") {
    return localized({
      ko: "그러나 여러 점에서 값을 견주어 보면 맞지 않으므로 이 결과는 믿을 수 없습니다.",
      en: "But values at several points disagree with this result, so it cannot be trusted.",
    });
  }
  if (task.kind === "arithmetic") return "";
  if (task.kind === "integral") {
    return task.bounds === null
      ? localized({
          ko: "검산: 결과를 다시 미분하면 원래 함수가 됩니다 (여러 점에서 확인).",
          en: "Check: differentiating the result gives the integrand back (compared at several points).",
        })
      : localized({
          ko: "검산: 수치 적분(심프슨 공식)의 값과 일치합니다.",
          en: "Check: numerical integration (Simpson's rule) agrees.",
        });
  }
  if (task.kind === "derivative") {
    return localized({
      ko: "검산: 여러 점에서 평균변화율의 극한과 일치합니다.",
      en: "Check: it agrees with difference quotients at several points.",
    });
  }
  return localized({
    ko: "검산: 여러 값을 대입해 보면 두 식의 값이 같습니다.",
    en: "Check: both forms have the same value at several points.",
  });
};
