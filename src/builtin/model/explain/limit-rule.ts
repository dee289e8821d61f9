import type { Locale } from "../../../domain/run.ts";
import type { Expression } from "../../../notation/expression.ts";
import { isClose, valueAt } from "../sample.ts";
import { localizerFor } from "./answer.ts";

/** Explains how the function behaves at the point, and which rule applies. */
export const limitRule = (of: Expression, x: string, to: Expression, locale: Locale): string => {
  const localized = localizerFor(locale);
  const endless = /Infinity/.test(JSON.stringify(to));
  const target = endless ? (to.kind === "negative" ? -1e9 : 1e9) : (valueAt(to, {}) ?? Number.NaN);
  const direct = endless ? null : valueAt(of, { [x]: target });
  if (direct !== null) {
    return localized({
      ko: "이 점에서 연속이므로 그대로 대입합니다.",
      en: "The function is continuous there, so the point can simply be put in.",
    });
  }
  if (of.kind === "operation" && of.sign === "/") {
    const at = (expr: Expression): number | null => valueAt(expr, { [x]: target });
    const [top, bottom] = [at(of.left), at(of.right)];
    const vanish = top !== null && bottom !== null && Math.abs(top) < 1e-9 && Math.abs(bottom) < 1e-9;
    const grow = endless && top !== null && bottom !== null && Math.abs(top) > 1e6 && Math.abs(bottom) > 1e6;
    if (vanish || grow) {
      const form = vanish ? "0/0" : "∞/∞";
      return localized({
        ko: `${form} 꼴의 부정형이므로 로피탈의 정리에 따라 분자와 분모를 각각 미분하여 극한을 구합니다.`,
        en: `The form is ${form}, so by l'Hôpital's rule numerator and denominator are differentiated each.`,
      });
    }
  }
  const base = of.kind === "operation" && of.sign === "^" ? valueAt(of.left, { [x]: target }) : null;
  if (endless && base !== null && isClose(base, 1, 1e-4)) {
    return localized({
      ko: "1^∞ 꼴의 부정형이므로 로그를 취해 지수의 극한을 구합니다.",
      en: "The form is 1^∞: take the logarithm and find the limit of the exponent.",
    });
  }
  return "";
};
