import type { Locale } from "../../../domain/run.ts";
import { show } from "../show.ts";

/** More steps than this tire a reader; the first and the last are kept. */
const MAX_STEPS = 14;

/** What a step-by-step solver says it does, whatever the spelling (`SUBTRACT_FROM_BOTH_SIDES`, `Subtract 3 from both sides`). */
const DOINGS: readonly (readonly [RegExp, Readonly<Record<Locale, string>>])[] = [
  [/add.*both/, { ko: "양변에 같은 수를 더합니다", en: "Add the same to both sides" }],
  [/subtract.*both/, { ko: "양변에서 같은 수를 뺍니다", en: "Subtract the same from both sides" }],
  [/multiply.*both/, { ko: "양변에 같은 수를 곱합니다", en: "Multiply both sides by the same" }],
  [/divide.*both/, { ko: "양변을 같은 수로 나눕니다", en: "Divide both sides by the same" }],
  [/swap/, { ko: "양변을 서로 바꿉니다", en: "Swap the sides" }],
  [/simplify.*left/, { ko: "좌변을 정리합니다", en: "Simplify the left side" }],
  [/simplify.*right/, { ko: "우변을 정리합니다", en: "Simplify the right side" }],
  [/fraction/, { ko: "분수를 약분합니다", en: "Simplify the fraction" }],
  [/distribut|expand/, { ko: "괄호를 풉니다", en: "Expand" }],
  [/like term|collect|combine/, { ko: "동류항을 정리합니다", en: "Collect like terms" }],
  [/factor/, { ko: "인수분해합니다", en: "Factor" }],
  [/substitut/, { ko: "대입합니다", en: "Substitute" }],
  [/arithmetic|simplif/, { ko: "계산하여 정리합니다", en: "Simplify" }],
];

/** `what is done: what it gives`; either part may be missing. */
const narrate = (step: string, locale: Locale): string => {
  const at = step.lastIndexOf(": ");
  const said = at < 0 ? (/[=\d]/.test(step) ? "" : step) : step.slice(0, at);
  const formula = at < 0 ? (said === "" ? step : "") : step.slice(at + 2);
  const spelled = said.toLowerCase().replaceAll("_", " ");
  const known = DOINGS.find(([pattern]) => pattern.test(spelled))?.[1][locale];
  // English prose is kept for an English reader: it may say by how much.
  const doing = locale === "en" && said.includes(" ") ? said : (known ?? said);
  const shown = formula
    .split(/(?: -> | → )/)
    .map((part) => `\`${show(part)}\``)
    .join(" → ");
  if (formula === "") return doing;
  return doing === "" ? shown : `${doing}: ${shown}`;
};

/** The solver's own steps as sentences in the reader's language. */
export const narrated = (steps: readonly string[], locale: Locale): string[] => {
  const texts = steps.map((step) => narrate(step.replaceAll("\n", " "), locale)).filter((text) => text !== "");
  const once = texts.filter((text, index) => text !== texts[index - 1]);
  return once.length <= MAX_STEPS ? once : [...once.slice(0, MAX_STEPS - 2), "…", ...once.slice(-1)];
};
