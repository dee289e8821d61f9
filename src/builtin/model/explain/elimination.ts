import type { Locale } from "../../../domain/run.ts";
import type { Equation } from "../../../notation/expression.ts";
import { equationToText } from "../../../notation/print.ts";
import { differenceOf, linearOf } from "../sample.ts";
import { decimals, show } from "../show.ts";
import { localizerFor, numbered } from "./answer.ts";

/** Formats `2x - 3y = 4`. */
const lineText = (coefficients: readonly number[], names: readonly string[], right: number): string => {
  const terms = coefficients.flatMap((coefficient, index) =>
    coefficient === 0
      ? []
      : [
          {
            minus: coefficient < 0,
            text: `${Math.abs(coefficient) === 1 ? "" : decimals(Math.abs(coefficient))}${names[index]}`,
          },
        ],
  );
  const left = terms.map(({ minus, text }, index) =>
    index === 0 ? `${minus ? "-" : ""}${text}` : `${minus ? "- " : "+ "}${text}`,
  );
  return `${left.join(" ") || "0"} = ${decimals(right)}`;
};

/**
 * Explains two linear equations in two unknowns: one unknown is eliminated, the other follows. Empty for any other
 * system.
 */
export const byElimination = (
  equations: readonly Equation[],
  names: readonly string[],
  solutions: readonly Readonly<Record<string, string>>[],
  locale: Locale,
): string => {
  const localized = localizerFor(locale);
  const [first, second] = equations.map((equation) => linearOf(differenceOf(equation), names));
  const [u = "", v = ""] = names;
  if (first == null || second == null || equations[0] === undefined || equations[1] === undefined) return "";
  const [a1 = 0, b1 = 0, k1 = 0] = first;
  const [a2 = 0, b2 = 0, k2 = 0] = second;
  if (b1 === 0 || b2 === 0) return "";
  // ①·p + ②·q no longer contains v.
  const [p, q] = b1 === -b2 ? [1, 1] : b1 === b2 ? [1, -1] : [b2, -b1];
  const times = (mark: string, factor: number): string =>
    factor === 1 ? mark : `${mark}×${factor < 0 ? `(${decimals(factor)})` : decimals(factor)}`;
  const combined = p === 1 && q === -1 ? "① − ②" : `${times("①", p)} + ${times("②", q)}`;
  const rest = p * a1 + q * a2;
  const right = -(p * k1 + q * k2);
  const steps = [
    localized({
      ko: `두 식을 ① \`${equationToText(equations[0])}\`, ② \`${equationToText(equations[1])}\` 이라 합니다.`,
      en: `Call them ① \`${equationToText(equations[0])}\` and ② \`${equationToText(equations[1])}\`.`,
    }),
    localized({
      ko: `${v}를 소거합니다. ${combined}: \`${lineText([rest], [u], right)}\``,
      en: `Eliminate ${v}. ${combined}: \`${lineText([rest], [u], right)}\``,
    }),
  ];
  const solution = solutions[0];
  if (rest !== 0 && solution?.[u] !== undefined && solution[v] !== undefined) {
    const [uText, vText] = [`\`${u} = ${show(solution[u])}\``, `\`${v} = ${show(solution[v])}\``];
    steps.push(
      localized({ ko: `따라서 ${uText}`, en: `So ${uText}.` }),
      localized({ ko: `이를 ①에 대입하면 ${vText}`, en: `Put that into ①: ${vText}.` }),
    );
  } else if (rest === 0 && Math.abs(right) > 1e-9) {
    steps.push(
      localized({
        ko: "이 식은 참이 될 수 없으므로 두 직선은 평행합니다.",
        en: "That can never be true: the two lines are parallel.",
      }),
    );
  } else if (rest === 0) {
    steps.push(
      localized({
        ko: "항상 참이므로 두 식은 같은 직선을 나타냅니다.",
        en: "That is always true: both equations are the same line.",
      }),
    );
  }
  return numbered(steps);
};
