import type { Locale } from "../../../domain/run.ts";
import { binary, call, contains, type Expr, negate, number, symbol } from "../expression.ts";
import { toText } from "../print.ts";
import { isClose, valueAt } from "../sample.ts";
import { tidy } from "../tidy.ts";
import { sayIn } from "./answer.ts";

const isE = (expr: Expr): boolean => expr.kind === "symbol" && expr.name === "e";
const isX = (expr: Expr, x: string): boolean => expr.kind === "symbol" && expr.name === x;

/** The derivative of a function in the tables, to write a rule's parts out; null for any other. */
const tabled = (expr: Expr, x: string): Expr | null => {
  if (!contains(expr, x)) return number(0);
  if (isX(expr, x)) return number(1);
  if (expr.kind === "binary" && expr.op === "^") {
    if (isX(expr.left, x) && expr.right.kind === "number" && /^[1-9]\d?$/.test(expr.right.text)) {
      const n = Number(expr.right.text);
      return n === 2
        ? binary("*", number(2), symbol(x))
        : binary("*", number(n), binary("^", symbol(x), number(n - 1)));
    }
    return isE(expr.left) && isX(expr.right, x) ? expr : null;
  }
  if (expr.kind !== "call" || expr.args[0] === undefined || !isX(expr.args[0], x)) return null;
  if (expr.name === "sin") return call("cos", symbol(x));
  if (expr.name === "cos") return negate(call("sin", symbol(x)));
  if (expr.name === "ln") return binary("/", number(1), symbol(x));
  return expr.name === "exp" ? expr : null;
};

const part = (name: string, expr: Expr, x: string): string => {
  const derivative = tabled(expr, x);
  const shown = `\`${name} = ${toText(expr)}\``;
  return derivative === null ? shown : `${shown}, \`${name}' = ${toText(tidy(derivative))}\``;
};

/** What is inside of a composite function: the argument, the base or the exponent that is more than x alone. */
const innerOf = (expr: Expr, x: string): Expr | null => {
  const inner =
    expr.kind === "call"
      ? expr.args[0]
      : expr.kind === "binary" && expr.op === "^"
        ? contains(expr.left, x)
          ? expr.left
          : expr.right
        : undefined;
  return inner !== undefined && contains(inner, x) && !isX(inner, x) ? inner : null;
};

/** The rule of differentiation that the outermost operation calls for; empty when none has a name. */
export const derivativeRule = (of: Expr, x: string, locale: Locale): string => {
  const say = sayIn(locale);
  if (!contains(of, x)) return say({ ko: "상수를 미분하면 0입니다.", en: "The derivative of a constant is 0." });
  if (of.kind === "negate") return derivativeRule(of.of, x, locale);
  const inner = innerOf(of, x);
  if (inner !== null) {
    return say({
      ko: `합성함수이므로 연쇄법칙을 씁니다. 바깥 함수를 미분한 것에 안쪽 \`u = ${toText(inner)}\`의 도함수를 곱합니다.`,
      en: `This is a composite function, so the chain rule applies: the derivative of the outside, times that of the inside \`u = ${toText(inner)}\`.`,
    });
  }
  if (of.kind !== "binary") return say({ ko: "기본 함수의 미분 공식을 씁니다.", en: "This is a standard derivative." });
  const { op, left, right } = of;
  if (op === "+" || op === "-") {
    return say({
      ko: "합과 차는 항마다 미분하고, 거듭제곱에는 `(x^n)' = n·x^(n-1)`을 씁니다.",
      en: "A sum is differentiated term by term, with the power rule `(x^n)' = n·x^(n-1)` for powers.",
    });
  }
  const [leftVaries, rightVaries] = [contains(left, x), contains(right, x)];
  if (op === "*" && leftVaries && rightVaries) {
    const parts = `${part("u", left, x)}; ${part("v", right, x)}`;
    return say({
      ko: `두 함수의 곱이므로 곱의 미분법 \`(uv)' = u'v + uv'\`을 씁니다: ${parts}.`,
      en: `A product, so the product rule \`(uv)' = u'v + uv'\` applies: ${parts}.`,
    });
  }
  if (op === "/" && rightVaries) {
    const parts = `${part("u", left, x)}; ${part("v", right, x)}`;
    return say({
      ko: `몫의 미분법 \`(u/v)' = (u'v - uv')/v^2\`을 씁니다: ${parts}.`,
      en: `A quotient, so the quotient rule \`(u/v)' = (u'v - uv')/v^2\` applies: ${parts}.`,
    });
  }
  if (op !== "^") {
    const rest = derivativeRule(leftVaries ? left : right, x, locale);
    return say({ ko: `상수배는 그대로 두고 미분합니다. ${rest}`, en: `A constant factor stays as it is. ${rest}` });
  }
  if (leftVaries && !rightVaries) {
    return say({
      ko: "거듭제곱의 미분법 `(x^n)' = n·x^(n-1)`을 씁니다.",
      en: "The power rule applies: `(x^n)' = n·x^(n-1)`.",
    });
  }
  if (!leftVaries)
    return say({
      ko: "지수함수의 미분 공식 `(a^x)' = a^x·ln(a)`를 씁니다.",
      en: "The rule for exponentials applies: `(a^x)' = a^x·ln(a)`.",
    });
  return say({
    ko: "밑과 지수에 모두 변수가 있으므로 로그 미분법을 씁니다.",
    en: "Base and exponent both vary, so logarithmic differentiation applies.",
  });
};

const isTranscendental = (expr: Expr, x: string): boolean =>
  contains(expr, x) &&
  ((expr.kind === "call" && /^(?:sin|cos|exp|ln)$/.test(expr.name)) ||
    (expr.kind === "binary" && expr.op === "^" && !contains(expr.left, x)));

/** The inside of `composite` whose derivative is, but for a constant, the other factor. */
const substitutionIn = (composite: Expr, other: Expr, x: string): Expr | null => {
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

/** The rule of integration that fits; empty when none is recognised. */
export const integralRule = (of: Expr, x: string, locale: Locale): string => {
  const say = sayIn(locale);
  if (of.kind === "negate") return integralRule(of.of, x, locale);
  if (!contains(of, x)) return say({ ko: "상수의 적분입니다.", en: "The integral of a constant." });
  if (of.kind === "call" && of.name === "ln") {
    return say({
      ko: "`u = ln(x)`, `v' = 1`로 놓고 부분적분합니다.",
      en: "Integration by parts, with `u = ln(x)` and `v' = 1`.",
    });
  }
  if (of.kind === "call" || isX(of, x)) {
    return isX(of, x)
      ? say({
          ko: "`∫ x^n dx = x^(n+1)/(n+1)` 공식을 씁니다.",
          en: "The power rule backwards: `∫ x^n dx = x^(n+1)/(n+1)`.",
        })
      : say({ ko: "기본 적분 공식을 씁니다.", en: "This is a standard integral." });
  }
  if (of.kind !== "binary") return "";
  const { op, left, right } = of;
  if (op === "+" || op === "-") {
    return say({
      ko: "합과 차는 항마다 적분하고, 거듭제곱에는 `∫ x^n dx = x^(n+1)/(n+1)`을 씁니다.",
      en: "A sum is integrated term by term, powers by `∫ x^n dx = x^(n+1)/(n+1)`.",
    });
  }
  if (op === "/" && !contains(left, x) && isX(right, x))
    return say({ ko: "`∫ 1/x dx = ln|x|`를 씁니다.", en: "`∫ 1/x dx = ln|x|`." });
  if (op === "^" && isX(left, x) && !contains(right, x)) {
    return say({
      ko: "`∫ x^n dx = x^(n+1)/(n+1)` 공식을 씁니다.",
      en: "The power rule backwards: `∫ x^n dx = x^(n+1)/(n+1)`.",
    });
  }
  if (op === "^" && !contains(left, x) && (isX(right, x) || substitutionIn(of, number(1), x) !== null))
    return say({ ko: "지수함수의 적분 공식을 씁니다.", en: "The integral of an exponential." });
  if (op !== "*") return "";
  if (!contains(left, x) || !contains(right, x)) {
    const rest = integralRule(contains(left, x) ? left : right, x, locale);
    return rest === ""
      ? ""
      : say({ ko: `상수배는 밖으로 꺼냅니다. ${rest}`, en: `The constant factor comes out. ${rest}` });
  }
  const inner = substitutionIn(right, left, x) ?? substitutionIn(left, right, x);
  if (inner !== null) {
    return say({ ko: `\`u = ${toText(inner)}\`로 놓고 치환적분합니다.`, en: `Substitute \`u = ${toText(inner)}\`.` });
  }
  if (!isTranscendental(left, x) && !isTranscendental(right, x)) return "";
  // ln is differentiated first; otherwise the power is.
  const isLogarithm = (expr: Expr): boolean => expr.kind === "call" && expr.name === "ln";
  const [u, v] =
    isLogarithm(right) || (isTranscendental(left, x) && !isLogarithm(left)) ? [right, left] : [left, right];
  return say({
    ko: `부분적분 \`∫ u v' = uv - ∫ u'v\`를 씁니다: \`u = ${toText(u)}\`, \`v' = ${toText(v)}\`.`,
    en: `Integration by parts, \`∫ u v' = uv - ∫ u'v\`, with \`u = ${toText(u)}\` and \`v' = ${toText(v)}\`.`,
  });
};

/** How the function behaves at the point, and what is done about it. */
export const limitRule = (of: Expr, x: string, to: Expr, locale: Locale): string => {
  const say = sayIn(locale);
  const endless = /Infinity/.test(JSON.stringify(to));
  const target = endless ? (to.kind === "negate" ? -1e9 : 1e9) : (valueAt(to, {}) ?? Number.NaN);
  const direct = endless ? null : valueAt(of, { [x]: target });
  if (direct !== null) {
    return say({
      ko: "이 점에서 연속이므로 그대로 대입합니다.",
      en: "The function is continuous there, so the point can simply be put in.",
    });
  }
  if (of.kind === "binary" && of.op === "/") {
    const at = (expr: Expr): number | null => valueAt(expr, { [x]: target });
    const [top, bottom] = [at(of.left), at(of.right)];
    const vanish = top !== null && bottom !== null && Math.abs(top) < 1e-9 && Math.abs(bottom) < 1e-9;
    const grow = endless && top !== null && bottom !== null && Math.abs(top) > 1e6 && Math.abs(bottom) > 1e6;
    if (vanish || grow) {
      const form = vanish ? "0/0" : "∞/∞";
      return say({
        ko: `${form} 꼴의 부정형이므로 로피탈의 정리에 따라 분자와 분모를 각각 미분하여 극한을 구합니다.`,
        en: `The form is ${form}, so by l'Hôpital's rule numerator and denominator are differentiated each.`,
      });
    }
  }
  const base = of.kind === "binary" && of.op === "^" ? valueAt(of.left, { [x]: target }) : null;
  if (endless && base !== null && isClose(base, 1, 1e-4)) {
    return say({
      ko: "1^∞ 꼴의 부정형이므로 로그를 취해 지수의 극한을 구합니다.",
      en: "The form is 1^∞: take the logarithm and find the limit of the exponent.",
    });
  }
  return "";
};
