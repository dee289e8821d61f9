import type { Cursor } from "./cursor.ts";
import { type Expression, number, operation, product } from "./expression.ts";
import { NotationError } from "./mistake.ts";
import { isOperator, type Token } from "./token.ts";

/** Reads a number, a mixed number or a repeating decimal. Its first token is already consumed. */
export const numberAt = (cursor: Cursor, token: Token): Expression => {
  refuseDoubtful(cursor, token);
  const next = cursor.token;
  if (next?.kind === "fraction" && !next.spaced) {
    cursor.at++;
    return operation("+", { kind: "number", text: token.text }, fractionOf(next));
  }
  return repeatingAt(cursor, token) ?? { kind: "number", text: token.text };
};

/** Converts the `1/2` of a fraction token. */
export const fractionOf = ({ text }: Token): Expression => {
  const [top = "", bottom = ""] = text.split("/");
  return operation("/", { kind: "number", text: top }, { kind: "number", text: bottom });
};

const refuseDoubtful = (cursor: Cursor, token: Token): void => {
  const { isProse, maxDigits } = cursor.options;
  const [mantissa = "", power = "0"] = token.text.toLowerCase().split("e");
  if (mantissa.length > maxDigits || Math.abs(Number(power)) > maxDigits)
    throw new NotationError(`A number has more than ${maxDigits} digits; use smaller numbers.`, token.start, token.end);
  if (!isProse) return;
  if (/^0\d/.test(mantissa)) cursor.fail("no number begins with 0");
  // It may mean three times Euler's number minus one.
  if (/^(?!1e)\d+e[+-]\d$/.test(token.text))
    cursor.ambiguous(cursor.at - 1, `${token.text.replace("e", "*10^(")})`, token.text.replace("e", "*e"));
};

/** Reads repeating decimals, `0.1(6)` and `0.333...`, as fractions. */
const repeatingAt = (cursor: Cursor, { text }: Token): Expression | null => {
  const [, whole = "", fixed = ""] = /^(\d*)\.(\d*)$/.exec(text) ?? [];
  const isPoint = /^\d+\.$/.test(text);
  const [open, period, close] = cursor.tokens.slice(cursor.at, cursor.at + 3);
  if (!/^\d*\.\d*$/.test(text) || open === undefined || open.spaced) return null;
  if (isOperator(open, "(") && period?.kind === "number" && /^\d{1,20}$/.test(period.text) && isOperator(close, ")")) {
    cursor.at += 3;
    return repeated(whole, fixed, period.text);
  }
  if (!isOperator(open, "...") || isPoint) return null;
  const run = /^(\d*?)(\d{1,6})\2\2+$/.exec(fixed);
  if (run === null) cursor.fail("which digits repeat is not clear");
  cursor.at++;
  return repeated(whole, run[1] ?? "", run[2] ?? "0");
};

/** Returns whole.fixed(period) as a quotient: over as many nines as the period has digits. */
const repeated = (whole: string, fixed: string, period: string): Expression => {
  const [before, all] = [BigInt(whole + fixed), BigInt(whole + fixed + period)];
  return operation(
    "/",
    number(all - before),
    number((10n ** BigInt(period.length) - 1n) * 10n ** BigInt(fixed.length)),
  );
};

/** Joins two factors, or a dividend and its divisor. `last` is the last token of the second. */
export const joined = (sign: "*" | "/", left: Expression, right: Expression, last: Token | undefined): Expression =>
  sign === "*" && isOperator(last, "%") ? product(left, right) : operation(sign, left, right);
