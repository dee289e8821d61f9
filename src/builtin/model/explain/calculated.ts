import type { Locale } from "../../../domain/run.ts";
import { unknowns } from "../../../notation/expression.ts";
import { toText } from "../../../notation/print.ts";
import { approximation, decimals, readTool, show } from "../show.ts";
import type { TaskOf } from "../task.ts";
import { answer, localizerFor, unanswered, type Wording } from "./answer.ts";
import { byHand } from "./by-hand.ts";
import { conventions } from "./conventions.ts";
import { derivativeRule } from "./derivative-rule.ts";
import { integralRule } from "./integral-rule.ts";
import { limitRule } from "./limit-rule.ts";
import type { Calculated } from "./results.ts";
import { type CalculatedTask, verdictOf, verdictText } from "./verdict.ts";

/** Formats the task in the usual signs. */
const question = (task: CalculatedTask): string => {
  const of = toText(task.of);
  const operand = task.of.kind === "operation" && (task.of.sign === "+" || task.of.sign === "-") ? `(${of})` : of;
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
  partfrac: { ko: "부분분수로 분해", en: "Partial fractions" },
} as const;

const opening = (task: CalculatedTask, localized: Wording): string => {
  const shown = `\`${question(task)}\``;
  switch (task.kind) {
    case "derivative":
      return localized({
        ko: `${task.variable}에 대하여 미분합니다: ${shown}`,
        en: `We differentiate with respect to ${task.variable}: ${shown}`,
      });
    case "integral":
      return task.bounds === null
        ? localized({ ko: `부정적분을 구합니다: ${shown}`, en: `We look for the antiderivative: ${shown}` })
        : localized({ ko: `정적분을 구합니다: ${shown}`, en: `We look for the definite integral: ${shown}` });
    case "limit":
      return localized({ ko: `극한을 구합니다: ${shown}`, en: `We look for the limit: ${shown}` });
    case "sum":
      return localized({ ko: `합을 구합니다: ${shown}`, en: `We look for the sum: ${shown}` });
    case "rewrite":
      return localized({ ko: `${REWRITING[task.how].ko}합니다: ${shown}`, en: `${REWRITING[task.how].en}: ${shown}` });
    case "arithmetic":
      return localized({ ko: `계산합니다: ${shown}`, en: `We calculate ${shown}.` });
  }
};

const sumRule = ({ of, variable, bounds }: TaskOf<"sum">, localized: Wording): string => {
  const isCounting =
    of.kind === "name" && of.name === variable && bounds.from.kind === "number" && bounds.from.text === "1";
  return isCounting
    ? localized({ ko: "`1 + 2 + … + n = n(n + 1)/2` 공식과 같습니다.", en: "It follows `1 + 2 + … + n = n(n + 1)/2`." })
    : "";
};

const method = (task: CalculatedTask, result: string, locale: Locale): string => {
  const localized = localizerFor(locale);
  const byTool = localized({
    ko: "이 계산은 기호 계산 도구가 했습니다.",
    en: "The algebra was done by the symbolic tool.",
  });
  switch (task.kind) {
    case "derivative": {
      const rule = derivativeRule(task.of, task.variable, locale);
      return task.order === 1
        ? rule
        : `${localized({ ko: `${task.order}번 거듭 미분합니다.`, en: `Differentiate ${task.order} times.` })} ${rule}`;
    }
    case "integral": {
      const rule = integralRule(task.of, task.variable, locale) || byTool;
      const ends =
        task.bounds === null
          ? ""
          : localized({
              ko: " 그런 다음 위끝과 아래끝에서의 값의 차를 구합니다.",
              en: " Then take the difference of its values at the two ends.",
            });
      return rule + ends;
    }
    case "limit":
      return limitRule(task.of, task.variable, task.to, locale) || byTool;
    case "sum":
      return sumRule(task, localized) || byTool;
    case "rewrite":
      return byTool;
    case "arithmetic":
      return byHand(task.of, result);
  }
};

/** Formats a result, including infinity and the like. */
const shownResult = (result: string, localized: Wording): string => {
  if (/^-?Infinity$/.test(result)) {
    const sign = result.startsWith("-") ? "-∞" : "∞";
    return localized({ ko: `${sign} (발산)`, en: `${sign} (diverges)` });
  }
  return show(result);
};

/** Formats `≈ 1.414214`, `≈ 0.3333333`, `= 0.5`. Null for whole numbers and decimals. */
const decimalOf = (result: string, decimal: string | null): string | null => {
  const irrational = approximation(result);
  if (irrational !== null) return `≈ ${irrational}`;
  const value = decimal === null || !result.includes("/") ? Number.NaN : Number(decimal);
  if (!Number.isFinite(value)) return null;
  const [top = "", bottom = ""] = result.split("/");
  return `${value * Number(bottom) === Number(top) ? "=" : "≈"} ${decimals(value)}`;
};

export const explainCalculated = (task: CalculatedTask, { result, decimal }: Calculated, locale: Locale): string => {
  const localized = localizerFor(locale);
  const expr = readTool(result);
  const verdict = verdictOf(task, expr);
  const constant = task.kind === "integral" && task.bounds === null ? " + C" : "";
  const shown = shownResult(result, localized) + constant;
  const inDecimals = expr !== null && unknowns(expr).length === 0 ? decimalOf(result, decimal) : null;
  const remark =
    inDecimals === null
      ? ""
      : localized({
          ko: `소수로 나타내면 \`${shown} ${inDecimals}\`입니다.`,
          en: `In decimals: \`${shown} ${inDecimals}\`.`,
        });
  const equation = task.kind === "arithmetic" ? "" : `\`${question(task)} = ${shown}\``;
  const paragraphs = [
    opening(task, localized),
    conventions([task.of], localized),
    method(task, result, locale),
    equation,
    verdictText(task, verdict, localized),
  ];
  return verdict === "refuted"
    ? unanswered(
        paragraphs,
        localized({ ko: "검산에 실패했으므로 답으로 내지 않습니다.", en: "Not solved: the check fails." }),
      )
    : answer([...paragraphs, remark], `${localized({ ko: "답", en: "Answer" })}: ${shown}`);
};
