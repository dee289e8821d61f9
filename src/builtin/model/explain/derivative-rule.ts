import type { Locale } from "../../../domain/run.ts";
import { call, contains, type Expression, name, negative, number, operation } from "../../../notation/expression.ts";
import { toText } from "../../../notation/print.ts";
import { tidy } from "../tidy.ts";
import { localizerFor } from "./answer.ts";
import { innerOf, isX } from "./structure.ts";

const isE = (expr: Expression): boolean => expr.kind === "name" && expr.name === "e";

/** Returns the derivative of a function in the tables, to show the parts of a rule. Null for any other. */
const tabled = (expr: Expression, x: string): Expression | null => {
  if (!contains(expr, x)) return number(0);
  if (isX(expr, x)) return number(1);
  if (expr.kind === "operation" && expr.sign === "^") {
    if (isX(expr.left, x) && expr.right.kind === "number" && /^[1-9]\d?$/.test(expr.right.text)) {
      const n = Number(expr.right.text);
      return n === 2
        ? operation("*", number(2), name(x))
        : operation("*", number(n), operation("^", name(x), number(n - 1)));
    }
    return isE(expr.left) && isX(expr.right, x) ? expr : null;
  }
  if (expr.kind !== "call" || expr.args[0] === undefined || !isX(expr.args[0], x)) return null;
  if (expr.name === "sin") return call("cos", name(x));
  if (expr.name === "cos") return negative(call("sin", name(x)));
  if (expr.name === "log") return operation("/", number(1), name(x));
  return expr.name === "exp" ? expr : null;
};

const part = (name: string, expr: Expression, x: string): string => {
  const derivative = tabled(expr, x);
  const shown = `\`${name} = ${toText(expr)}\``;
  return derivative === null ? shown : `${shown}, \`${name}' = ${toText(tidy(derivative))}\``;
};

/** Names the rule of differentiation for the outermost operation. Empty when the rule has no name. */
export const derivativeRule = (of: Expression, x: string, locale: Locale): string => {
  const localized = localizerFor(locale);
  if (!contains(of, x)) return localized({ ko: "상수를 미분하면 0입니다.", en: "The derivative of a constant is 0." });
  if (of.kind === "negative") return derivativeRule(of.of, x, locale);
  const inner = innerOf(of, x);
  if (inner !== null) {
    return localized({
      ko: `합성함수이므로 연쇄법칙을 씁니다. 바깥 함수를 미분한 것에 안쪽 \`u = ${toText(inner)}\`의 도함수를 곱합니다.`,
      en: `This is a composite function, so the chain rule applies: the derivative of the outside, times that of the inside \`u = ${toText(inner)}\`.`,
    });
  }
  if (of.kind !== "operation")
    return localized({ ko: "기본 함수의 미분 공식을 씁니다.", en: "This is a standard derivative." });
  const { sign: op, left, right } = of;
  if (op === "+" || op === "-") {
    return localized({
      ko: "합과 차는 항마다 미분하고, 거듭제곱에는 `(x^n)' = n·x^(n-1)`을 씁니다.",
      en: "A sum is differentiated term by term, with the power rule `(x^n)' = n·x^(n-1)` for powers.",
    });
  }
  const [leftVaries, rightVaries] = [contains(left, x), contains(right, x)];
  if (op === "*" && leftVaries && rightVaries) {
    const parts = `${part("u", left, x)}; ${part("v", right, x)}`;
    return localized({
      ko: `두 함수의 곱이므로 곱의 미분법 \`(uv)' = u'v + uv'\`을 씁니다: ${parts}.`,
      en: `A product, so the product rule \`(uv)' = u'v + uv'\` applies: ${parts}.`,
    });
  }
  if (op === "/" && rightVaries) {
    const parts = `${part("u", left, x)}; ${part("v", right, x)}`;
    return localized({
      ko: `몫의 미분법 \`(u/v)' = (u'v - uv')/v^2\`을 씁니다: ${parts}.`,
      en: `A quotient, so the quotient rule \`(u/v)' = (u'v - uv')/v^2\` applies: ${parts}.`,
    });
  }
  if (op !== "^") {
    const rest = derivativeRule(leftVaries ? left : right, x, locale);
    return localized({
      ko: `상수배는 그대로 두고 미분합니다. ${rest}`,
      en: `A constant factor stays as it is. ${rest}`,
    });
  }
  if (leftVaries && !rightVaries) {
    return localized({
      ko: "거듭제곱의 미분법 `(x^n)' = n·x^(n-1)`을 씁니다.",
      en: "The power rule applies: `(x^n)' = n·x^(n-1)`.",
    });
  }
  if (!leftVaries)
    return localized({
      ko: "지수함수의 미분 공식 `(a^x)' = a^x·ln(a)`를 씁니다.",
      en: "The rule for exponentials applies: `(a^x)' = a^x·ln(a)`.",
    });
  return localized({
    ko: "밑과 지수에 모두 변수가 있으므로 로그 미분법을 씁니다.",
    en: "Base and exponent both vary, so logarithmic differentiation applies.",
  });
};
