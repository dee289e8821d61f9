import type { Locale } from "../../../domain/run.ts";
import { evaluate } from "../evaluate.ts";
import { decimals, readTool, show } from "../show.ts";
import { localizerFor, numbered } from "./answer.ts";

/** Formats `x^2 - 5x + 6`, without terms that are zero. */
const polynomialText = (coefficients: readonly number[], variable: string): string => {
  const degree = coefficients.length - 1;
  const terms = coefficients.flatMap((coefficient, index) => {
    if (coefficient === 0) return [];
    const power = degree - index;
    const size = Math.abs(coefficient) === 1 && power > 0 ? "" : decimals(Math.abs(coefficient));
    const letters = power === 0 ? "" : power === 1 ? variable : `${variable}^${power}`;
    return [{ negative: coefficient < 0, text: `${size}${letters}` }];
  });
  if (terms.length === 0) return "0";
  return terms
    .map(({ negative, text }, index) =>
      index === 0 ? `${negative ? "-" : ""}${text}` : `${negative ? "- " : "+ "}${text}`,
    )
    .join(" ");
};

/** Returns `(x - 2)`, `(2x + 1)` for a root p/q. Null when the root is not a short fraction. */
const factorFor = (root: string, variable: string): { readonly text: string; readonly q: number } | null => {
  const match = /^\(?(-?)(\d{1,6})(?:\/(\d{1,6}))?\)?$/.exec(root.replaceAll(" ", ""));
  if (match === null) return null;
  const [p, q] = [Number(match[2]), Number(match[3] ?? 1)];
  const head = q === 1 ? variable : `${q}${variable}`;
  return { text: p === 0 ? head : `(${head} ${match[1] === "-" ? "+" : "-"} ${p})`, q };
};

const factored = (a: number, variable: string, roots: readonly string[]): string | null => {
  const pair = roots.length === 1 ? [roots[0] ?? "", roots[0] ?? ""] : roots;
  if (pair.length !== 2) return null;
  const [first, second] = pair.map((root) => factorFor(root, variable));
  if (first == null || second == null) return null;
  const lead = a / (first.q * second.q);
  if (!Number.isInteger(lead)) return null;
  const size = lead === 1 ? "" : lead === -1 ? "-" : String(lead);
  return first.text === second.text ? `${size}${first.text}^2` : `${size}${first.text}${second.text}`;
};

/** Explains the standard form, then factors when the roots are rational, otherwise the discriminant and the formula. */
export const byFactorsOrDiscriminant = (
  [a, b, c]: readonly [number, number, number],
  variable: string,
  solutions: readonly Readonly<Record<string, string>>[],
  locale: Locale,
): string => {
  const localized = localizerFor(locale);
  const roots = solutions.flatMap((solution) => solution[variable] ?? []);
  const standard = `\`${polynomialText([a, b, c], variable)} = 0\``;
  const discriminant = b * b - 4 * a * c;
  const first = localized({
    ko: `한 변으로 모아 정리합니다: ${standard} (이차방정식)`,
    en: `Bring it to standard form, a quadratic equation: ${standard}`,
  });
  const product = factored(a, variable, roots);
  if (product !== null) {
    const each = [...new Set(roots)].map((root) => `\`${variable} = ${show(root)}\``);
    return numbered([
      first,
      localized({ ko: `좌변을 인수분해합니다: \`${product} = 0\``, en: `Factor the left side: \`${product} = 0\`` }),
      each.length === 1
        ? localized({
            ko: `같은 인수가 두 번 나오므로 중근입니다: ${each[0]}`,
            en: `The same factor appears twice, a double root: ${each[0]}`,
          })
        : localized({
            ko: `곱이 0이면 인수 중 하나가 0입니다: ${each.join(" 또는 ")}`,
            en: `A product is zero when one of its factors is: ${each.join(" or ")}`,
          }),
    ]);
  }
  const sign = (value: number): string => (value < 0 ? `(${decimals(value)})` : decimals(value));
  const computed = `\`D = b^2 - 4ac = ${sign(b)}^2 - 4·${sign(a)}·${sign(c)} = ${decimals(discriminant)}\``;
  const isComplex = roots.some(
    (root) => Math.abs(evaluate(readTool(root) ?? { kind: "number", text: "0" })?.im ?? 0) > 0,
  );
  const meaning =
    discriminant < 0 || isComplex
      ? localized({
          ko: "D < 0이므로 실근이 없고 서로 다른 두 허근이 있습니다",
          en: "D < 0, so there is no real root but two complex ones",
        })
      : discriminant === 0
        ? localized({ ko: "D = 0이므로 중근을 가집니다", en: "D = 0, so there is one double root" })
        : localized({ ko: "D > 0이므로 서로 다른 두 실근이 있습니다", en: "D > 0, so there are two real roots" });
  return numbered([
    first,
    localized({ ko: `판별식을 구합니다: ${computed}. ${meaning}.`, en: `Its discriminant: ${computed}. ${meaning}.` }),
    localized({
      ko: `근의 공식 \`${variable} = (-b ± √D)/(2a)\`에 넣습니다: ${roots.map((root) => `\`${variable} = ${show(root)}\``).join(", ")}`,
      en: `Use the formula \`${variable} = (-b ± √D)/(2a)\`: ${roots.map((root) => `\`${variable} = ${show(root)}\``).join(", ")}`,
    }),
  ]);
};
