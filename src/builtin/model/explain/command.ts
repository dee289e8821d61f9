import type { Locale } from "../../../domain/run.ts";
import { toText } from "../../../notation/print.ts";
import { approximation, decimals, show } from "../show.ts";
import type { Command, TaskOf } from "../task.ts";
import { answer, localizerFor, numbered, type Wording } from "./answer.ts";
import type { Calculated } from "./results.ts";

type Texts = Readonly<Record<Locale, string>>;

const TITLES: Readonly<Record<Command, Texts>> = {
  gcd: { ko: "최대공약수", en: "Greatest common divisor" },
  lcm: { ko: "최소공배수", en: "Least common multiple" },
  mod: { ko: "나눗셈의 나머지", en: "Remainder of the division" },
  mean: { ko: "평균", en: "Mean" },
  median: { ko: "중앙값", en: "Median" },
  mode: { ko: "최빈값", en: "Mode" },
  variance: { ko: "분산(모분산)", en: "Variance (of the population)" },
  deviation: { ko: "표준편차(모표준편차)", en: "Standard deviation (of the population)" },
  binomial: { ko: "조합의 수", en: "Combinations" },
  permutations: { ko: "순열의 수", en: "Permutations" },
  base: { ko: "진법 변환", en: "Change of base" },
  percent: { ko: "백분율", en: "Percentage" },
  distance: { ko: "두 점 사이의 거리", en: "Distance of two points" },
  slope: { ko: "두 점을 지나는 직선의 기울기", en: "Slope of the line through two points" },
  midpoint: { ko: "두 점의 중점", en: "Midpoint of two points" },
  tangent: { ko: "접선의 방정식", en: "Tangent line" },
  vertex: { ko: "꼭짓점", en: "Vertex" },
  extrema: { ko: "극값", en: "Local extrema" },
  det: { ko: "행렬식", en: "Determinant" },
  inverse: { ko: "역행렬", en: "Inverse matrix" },
  matmul: { ko: "행렬의 곱", en: "Product of matrices" },
  value: { ko: "식의 값", en: "Value" },
};

/** Formats the task in mathematical signs. */
const question = ({ command, args }: TaskOf<"command">): string => {
  const [first, second, third] = args.map(toText);
  if (command === "mod") return `${first} mod ${second}`;
  if (command === "percent") return `${first} / ${second} × 100`;
  if (command === "base") return second === "10" ? `${first}` : `${first} (${second})`;
  if (command === "value")
    return third === undefined ? `${first}, ${second?.replace(/^\[|\]$/g, "")} = 0` : `${first}, ${second} = ${third}`;
  if (command === "tangent") return `y = ${first}, ${second} = ${third}`;
  if (command === "vertex" || command === "extrema") return `y = ${first}`;
  return args.map(toText).join(", ");
};

/** Formats `local maximum 2 at x = -1; local minimum -2 at x = 1`. */
const extremaText = (result: string, localized: Wording): string =>
  result === "none"
    ? localized({ ko: "극값이 없습니다", en: "no local extrema" })
    : result
        .split("; ")
        .map((part) => {
          const [, kind = "", value = "", at = ""] = /^local (maximum|minimum) (.+) at (.+)$/.exec(part) ?? [];
          const [name = "", where = ""] = at.split(" = ");
          const place = `${name} = ${show(where)}`;
          return localized({
            ko: `${place}에서 ${kind === "maximum" ? "극댓값" : "극솟값"} ${show(value)}`,
            en: `local ${kind} ${show(value)} at ${place}`,
          });
        })
        .join(", ");

const resultText = ({ command, args }: TaskOf<"command">, result: string, localized: Wording): string => {
  if (command === "extrema") return extremaText(result, localized);
  if (command === "percent") return `${show(result)}%`;
  if (command !== "base") return show(result);
  const base = args[2] === undefined ? "10" : toText(args[2]);
  return localized({ ko: `${result} (${base}진법)`, en: `${result} (base ${base})` });
};

const CHECKS: Readonly<Partial<Record<Command, Texts>>> = {
  tangent: {
    ko: "검산: 접점에서 함숫값이 같고, 기울기가 평균변화율의 극한과 일치합니다.",
    en: "Check: at the point the values agree, and the slope agrees with difference quotients.",
  },
  extrema: {
    ko: "검산: 가까운 점들의 함숫값과 견주어 보았습니다.",
    en: "Check: the values were compared with those nearby.",
  },
  inverse: { ko: "검산: 원래 행렬과 곱하면 단위행렬입니다.", en: "Check: times the original it is the identity." },
  base: { ko: "검산: 되돌려 바꾸면 원래 수입니다.", en: "Check: read back it is the original number." },
  value: {
    ko: "검산: 조건을 만족하는 값을 식에 대입해 확인했습니다.",
    en: "Check: the values that satisfy the condition were put in.",
  },
};

/** Explains a result that the tool proved, with its steps. */
export const explainCommand = (
  task: TaskOf<"command">,
  { result, decimal, steps }: Calculated,
  locale: Locale,
): string => {
  const localized = localizerFor(locale);
  const shown = resultText(task, result, localized);
  const isNumber = task.command !== "base" && task.command !== "extrema";
  const rounded = isNumber
    ? (approximation(result) ?? (decimal !== null && result.includes("/") ? decimals(Number(decimal)) : null))
    : null;
  const remark =
    rounded === null
      ? ""
      : localized({ ko: `소수로 나타내면 약 \`${rounded}\`입니다.`, en: `In decimals: about \`${rounded}\`.` });
  const check = CHECKS[task.command];
  return answer(
    [
      `${localized(TITLES[task.command])}: \`${question(task)}\``,
      steps.length === 0 ? "" : numbered(steps.map((step) => `\`${step.replaceAll("*", "·")}\``)),
      check === undefined ? "" : localized(check),
      remark,
    ],
    `${localized({ ko: "답", en: "Answer" })}: ${shown}`,
  );
};
