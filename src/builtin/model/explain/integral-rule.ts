import type { Locale } from "../../../domain/run.ts";
import { contains, type Expression, number } from "../../../notation/expression.ts";
import { toText } from "../../../notation/print.ts";
import { isClose, valueAt } from "../sample.ts";
import { localizerFor } from "./answer.ts";
import { innerOf, isX } from "./structure.ts";

const isTranscendental = (expr: Expression, x: string): boolean =>
  contains(expr, x) &&
  ((expr.kind === "call" && /^(?:sin|cos|exp|log)$/.test(expr.name)) ||
    (expr.kind === "operation" && expr.sign === "^" && !contains(expr.left, x)));

/** Returns the inner part of `composite` whose derivative is the other factor, up to a constant. */
const substitutionIn = (composite: Expression, other: Expression, x: string): Expression | null => {
  const inner = innerOf(composite, x);
  if (inner === null) return null;
  const h = 1e-5;
  const ratios = [0.7, 1.3, 2.1].map((at) => {
    const [high, low, value] = [
      valueAt(inner, { [x]: at + h }),
      valueAt(inner, { [x]: at - h }),
      valueAt(other, { [x]: at }),
    ];
    return high === null || low === null || value === null ? Number.NaN : (value * 2 * h) / (high - low);
  });
  const [first = Number.NaN] = ratios;
  return ratios.every((ratio) => isClose(ratio, first, 1e-5)) ? inner : null;
};

/** Names the rule of integration that fits. Empty when none is recognised. */
export const integralRule = (of: Expression, x: string, locale: Locale): string => {
  const localized = localizerFor(locale);
  if (of.kind === "negative") return integralRule(of.of, x, locale);
  if (!contains(of, x)) return localized({ ko: "상수의 적분입니다.", en: "The integral of a constant." });
  if (of.kind === "call" && of.name === "log") {
    return localized({
      ko: "`u = ln(x)`, `v' = 1`로 놓고 부분적분합니다.",
      en: "Integration by parts, with `u = ln(x)` and `v' = 1`.",
    });
  }
  if (of.kind === "call" || isX(of, x)) {
    return isX(of, x)
      ? localized({
          ko: "`∫ x^n dx = x^(n+1)/(n+1)` 공식을 씁니다.",
          en: "The power rule backwards: `∫ x^n dx = x^(n+1)/(n+1)`.",
        })
      : localized({ ko: "기본 적분 공식을 씁니다.", en: "This is a standard integral." });
  }
  if (of.kind !== "operation") return "";
  const { sign: op, left, right } = of;
  if (op === "+" || op === "-") {
    return localized({
      ko: "합과 차는 항마다 적분하고, 거듭제곱에는 `∫ x^n dx = x^(n+1)/(n+1)`을 씁니다.",
      en: "A sum is integrated term by term, powers by `∫ x^n dx = x^(n+1)/(n+1)`.",
    });
  }
  if (op === "/" && !contains(left, x) && isX(right, x))
    return localized({ ko: "`∫ 1/x dx = ln|x|`를 씁니다.", en: "`∫ 1/x dx = ln|x|`." });
  if (op === "^" && isX(left, x) && !contains(right, x)) {
    return localized({
      ko: "`∫ x^n dx = x^(n+1)/(n+1)` 공식을 씁니다.",
      en: "The power rule backwards: `∫ x^n dx = x^(n+1)/(n+1)`.",
    });
  }
  if (op === "^" && !contains(left, x) && (isX(right, x) || substitutionIn(of, number(1), x) !== null))
    return localized({ ko: "지수함수의 적분 공식을 씁니다.", en: "The integral of an exponential." });
  if (op !== "*") return "";
  if (!contains(left, x) || !contains(right, x)) {
    const rest = integralRule(contains(left, x) ? left : right, x, locale);
    return rest === ""
      ? ""
      : localized({ ko: `상수배는 밖으로 꺼냅니다. ${rest}`, en: `The constant factor comes out. ${rest}` });
  }
  const inner = substitutionIn(right, left, x) ?? substitutionIn(left, right, x);
  if (inner !== null) {
    return localized({
      ko: `\`u = ${toText(inner)}\`로 놓고 치환적분합니다.`,
      en: `Substitute \`u = ${toText(inner)}\`.`,
    });
  }
  if (!isTranscendental(left, x) && !isTranscendental(right, x)) return "";
  // ln is differentiated if there is one, otherwise the power.
  const isLogarithm = (expr: Expression): boolean => expr.kind === "call" && expr.name === "log";
  const [u, v] =
    isLogarithm(right) || (isTranscendental(left, x) && !isLogarithm(left)) ? [right, left] : [left, right];
  return localized({
    ko: `부분적분 \`∫ u v' = uv - ∫ u'v\`를 씁니다: \`u = ${toText(u)}\`, \`v' = ${toText(v)}\`.`,
    en: `Integration by parts, \`∫ u v' = uv - ∫ u'v\`, with \`u = ${toText(u)}\` and \`v' = ${toText(v)}\`.`,
  });
};
