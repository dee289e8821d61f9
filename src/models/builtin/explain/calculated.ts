import type { Locale } from "../../../domain/run.ts";
import { type Expr, variablesOf } from "../expression.ts";
import { toText } from "../print.ts";
import { valueAt } from "../sample.ts";
import { approximation, decimals, readTool, show } from "../show.ts";
import type { Task, TaskOf } from "../task.ts";
import { answer, type Say, sayIn } from "./answer.ts";
import { byHand } from "./by-hand.ts";
import { confirmArea, confirmDerivative, confirmSame, type Verdict } from "./confirm.ts";
import type { Calculated } from "./results.ts";
import { derivativeRule, integralRule, limitRule } from "./rules.ts";

type CalculatedTask = Exclude<Task, { kind: "equations" | "plot" }>;

/** What is asked, in the usual signs. */
const question = (task: CalculatedTask): string => {
  const of = toText(task.of);
  const operand = task.of.kind === "binary" && (task.of.op === "+" || task.of.op === "-") ? `(${of})` : of;
  switch (task.kind) {
    case "derivative":
      return task.order === 1
        ? `d/d${task.variable} [${of}]`
        : `d^${task.order}/d${task.variable}^${task.order} [${of}]`;
    case "integral": {
      const bounds = task.bounds === null ? "" : `[${toText(task.bounds.from)}, ${toText(task.bounds.to)}] `;
      return `∫ ${bounds}${operand} d${task.variable}`;
    }
    case "limit":
      return `lim(${task.variable} → ${toText(task.to)}${task.side === null ? "" : task.side === "right" ? "+" : "-"}) ${operand}`;
    case "sum":
      return `Σ(${task.variable} = ${toText(task.bounds.from)} … ${toText(task.bounds.to)}) ${operand}`;
    default:
      return of;
  }
};

const REWRITING = {
  factor: { ko: "인수분해", en: "Factoring" },
  expand: { ko: "전개", en: "Expanding" },
  simplify: { ko: "간단히 정리", en: "Simplifying" },
} as const;

const opening = (task: CalculatedTask, say: Say): string => {
  const shown = `\`${question(task)}\``;
  switch (task.kind) {
    case "derivative":
      return say({
        ko: `${task.variable}에 대하여 미분합니다: ${shown}`,
        en: `We differentiate with respect to ${task.variable}: ${shown}`,
      });
    case "integral":
      return task.bounds === null
        ? say({ ko: `부정적분을 구합니다: ${shown}`, en: `We look for the antiderivative: ${shown}` })
        : say({ ko: `정적분을 구합니다: ${shown}`, en: `We look for the definite integral: ${shown}` });
    case "limit":
      return say({ ko: `극한을 구합니다: ${shown}`, en: `We look for the limit: ${shown}` });
    case "sum":
      return say({ ko: `합을 구합니다: ${shown}`, en: `We look for the sum: ${shown}` });
    case "rewrite":
      return say({ ko: `${REWRITING[task.how].ko}합니다: ${shown}`, en: `${REWRITING[task.how].en}: ${shown}` });
    case "arithmetic":
      return say({ ko: `계산합니다: ${shown}`, en: `We calculate ${shown}.` });
  }
};

const sumRule = ({ of, variable, bounds }: TaskOf<"sum">, say: Say): string => {
  const isCounting =
    of.kind === "symbol" && of.name === variable && bounds.from.kind === "number" && bounds.from.text === "1";
  return isCounting
    ? say({ ko: "`1 + 2 + … + n = n(n + 1)/2` 공식과 같습니다.", en: "It follows `1 + 2 + … + n = n(n + 1)/2`." })
    : "";
};

const method = (task: CalculatedTask, result: string, locale: Locale): string => {
  const say = sayIn(locale);
  const byTool = say({ ko: "이 계산은 기호 계산 도구가 했습니다.", en: "The algebra was done by the symbolic tool." });
  switch (task.kind) {
    case "derivative": {
      const rule = derivativeRule(task.of, task.variable, locale);
      return task.order === 1
        ? rule
        : `${say({ ko: `${task.order}번 거듭 미분합니다.`, en: `Differentiate ${task.order} times.` })} ${rule}`;
    }
    case "integral": {
      const rule = integralRule(task.of, task.variable, locale) || byTool;
      const ends =
        task.bounds === null
          ? ""
          : say({
              ko: " 그런 다음 위끝과 아래끝에서의 값의 차를 구합니다.",
              en: " Then take the difference of its values at the two ends.",
            });
      return rule + ends;
    }
    case "limit":
      return limitRule(task.of, task.variable, task.to, locale) || byTool;
    case "sum":
      return sumRule(task, say) || byTool;
    case "rewrite":
      return byTool;
    case "arithmetic":
      return byHand(task.of, result);
  }
};

const verdictOf = (task: CalculatedTask, result: Expr | null): Verdict => {
  if (result === null) return "unclear";
  if (task.kind === "derivative" && task.order === 1) return confirmDerivative(task.of, result, task.variable);
  if (task.kind === "rewrite") return variablesOf(task.of).length === 0 ? "unclear" : confirmSame(task.of, result);
  if (task.kind !== "integral") return "unclear";
  if (task.bounds === null) return confirmDerivative(result, task.of, task.variable);
  const [from, to, value] = [valueAt(task.bounds.from, {}), valueAt(task.bounds.to, {}), valueAt(result, {})];
  if (from === null || to === null || value === null) return "unclear";
  return confirmArea(task.of, task.variable, from, to, value);
};

const check = (task: CalculatedTask, verdict: Verdict, say: Say): string => {
  if (verdict === "unclear") return "";
  if (verdict === "refuted") {
    return say({
      ko: "그러나 여러 점에서 값을 견주어 보면 맞지 않으므로 이 결과는 믿을 수 없습니다.",
      en: "But values at several points disagree with this result, so it cannot be trusted.",
    });
  }
  if (task.kind === "integral") {
    return task.bounds === null
      ? say({
          ko: "검산: 결과를 다시 미분하면 원래 함수가 됩니다 (여러 점에서 확인).",
          en: "Check: differentiating the result gives the integrand back (compared at several points).",
        })
      : say({
          ko: "검산: 수치 적분(심프슨 공식)의 값과 일치합니다.",
          en: "Check: numerical integration (Simpson's rule) agrees.",
        });
  }
  if (task.kind === "derivative") {
    return say({
      ko: "검산: 여러 점에서 평균변화율의 극한과 일치합니다.",
      en: "Check: it agrees with difference quotients at several points.",
    });
  }
  return say({
    ko: "검산: 여러 값을 대입해 보면 두 식의 값이 같습니다.",
    en: "Check: both forms have the same value at several points.",
  });
};

/** Infinity and the like are results too. */
const shownResult = (result: string, say: Say): string => {
  if (/^-?Infinity$/.test(result)) {
    const sign = result.startsWith("-") ? "-∞" : "∞";
    return say({ ko: `${sign} (발산)`, en: `${sign} (diverges)` });
  }
  return show(result);
};

/** `≈ 1.414214`, `≈ 0.3333333`, `= 0.5`; null for whole numbers and for what is a decimal already. */
const decimalOf = (result: string, decimal: string | null): string | null => {
  const irrational = approximation(result);
  if (irrational !== null) return `≈ ${irrational}`;
  const value = decimal === null || !result.includes("/") ? Number.NaN : Number(decimal);
  if (!Number.isFinite(value)) return null;
  const [top = "", bottom = ""] = result.split("/");
  return `${value * Number(bottom) === Number(top) ? "=" : "≈"} ${decimals(value)}`;
};

export const explainCalculated = (task: CalculatedTask, { result, decimal }: Calculated, locale: Locale): string => {
  const say = sayIn(locale);
  const expr = readTool(result);
  const verdict = verdictOf(task, expr);
  const constant = task.kind === "integral" && task.bounds === null ? " + C" : "";
  const shown = shownResult(result, say) + constant;
  const inDecimals = expr !== null && variablesOf(expr).length === 0 ? decimalOf(result, decimal) : null;
  const remark =
    inDecimals === null
      ? ""
      : say({
          ko: `소수로 나타내면 \`${shown} ${inDecimals}\`입니다.`,
          en: `In decimals: \`${shown} ${inDecimals}\`.`,
        });
  const doubted = verdict === "refuted" ? say({ ko: " (검산 실패)", en: " (check failed)" }) : "";
  const equation = task.kind === "arithmetic" ? "" : `\`${question(task)} = ${shown}\``;
  return answer(
    [opening(task, say), method(task, result, locale), equation, check(task, verdict, say), remark],
    `${say({ ko: "답", en: "Answer" })}: ${shown}${doubted}`,
  );
};
