import type { Cursor } from "./cursor.ts";
import { call, type Expression, name, negative, operation } from "./expression.ts";
import { FUNCTIONS, takesBare } from "./functions.ts";
import { isOperator, type Token } from "./token.ts";

/**
 * Reads `sin(x)`, `sin x`, `sin 2x`, `sin^2 x`, `log_2 8`; `sin^-1 x` is the inverse. The function's token is already
 * consumed.
 */
export const callAt = (cursor: Cursor, token: Token): Expression => {
  const from = cursor.at - 1;
  const base = token.text === "log" || token.text === "logarithm" ? baseAt(cursor) : null;
  const power = cursor.take("^") ? exponentAt(cursor) : null;
  const open = cursor.token;
  const isBare = !isOperator(open, "(");
  if (isBare && !takesBare(token.text)) cursor.fail(`the function ${token.text} lacks its argument in parentheses`);
  const args = isBare ? [bareArgument(cursor, token, from)] : argumentsAt(cursor);
  if (!isBare && isOperator(cursor.token, "^") && (open?.spaced || power !== null) && takesBare(token.text))
    cursor.ambiguous(from, `(${token.text}(…))^…`, `${token.text}((…)^…)`);
  const called = base === null ? call(token.text, ...args) : logarithm(cursor, base, args);
  if (power === null) return called;
  const isInverse = power.kind === "negative" && power.of.kind === "number" && power.of.text === "1";
  if (isInverse && FUNCTIONS.has(`a${token.text}`)) return call(`a${token.text}`, ...args);
  return operation("^", called, power);
};

/**
 * `C(5, 2)` and `P(5, 2)` are combinations and permutations. Any other letter is a function that the text defines. The
 * letter is already consumed.
 */
export const definedAt = (cursor: Cursor, token: Token): Expression => {
  if (!isOperator(cursor.token, "(")) return name(token.text);
  const args = argumentsAt(cursor);
  if (args.length === 2 && token.text === "C") return call("binomial", ...args);
  if (args.length === 2 && token.text === "P") return call("permutations", ...args);
  if (!cursor.options.isProse) cursor.fail(`there is no function ${token.text}`);
  return call(token.text, ...args);
};

/** `x_1` is one name. The letter is already consumed. */
export const nameAt = (cursor: Cursor, token: Token): Expression => {
  if (!cursor.take("_")) return name(token.text);
  const isEnclosed = cursor.take("(");
  const index = cursor.token;
  if (index === undefined || !/^(?:number|name)$/.test(index.kind)) cursor.fail("an index is a number or a letter");
  cursor.at++;
  if (isEnclosed) cursor.expect(")");
  return name(`${token.text}_${index.text}`);
};

const argumentsAt = (cursor: Cursor): readonly Expression[] => {
  cursor.at++;
  return cursor.list(")");
};

const exponentAt = (cursor: Cursor): Expression => {
  const isNegative = cursor.take("-");
  const isClear = cursor.token?.kind === "number" || isOperator(cursor.token, "(");
  if (!isClear) cursor.fail("the exponent of a function is a number or stands in parentheses");
  const exponent = cursor.atom();
  return isNegative ? negative(exponent) : exponent;
};

/** Reads `_2`, `_(2)`, and the 2 of `log2(8)` and `log2 8`. In `log2x` it is ambiguous. */
const baseAt = (cursor: Cursor): Expression | null => {
  const token = cursor.token;
  if (cursor.take("_")) return cursor.atom();
  const next = cursor.tokens[cursor.at + 1];
  if (token?.kind !== "number" || token.spaced || !/^\d+$/.test(token.text)) return null;
  if (next !== undefined && (isOperator(next, "(") || (next.spaced && /^(?:number|name)$/.test(next.kind))))
    return cursor.atom();
  return cursor.ambiguous(cursor.at - 1, `log_${token.text}(…)`, `log(${token.text}…)`);
};

const logarithm = (cursor: Cursor, base: Expression, args: readonly Expression[]): Expression => {
  const [of] = args;
  if (args.length !== 1 || of === undefined) cursor.fail("a logarithm to a base has one argument");
  const text = base.kind === "number" ? base.text : "";
  return text === "10" ? call("log10", of) : call("log", of, base);
};

/**
 * Reads adjacent powers of numbers and letters. Throws when a number follows a division sign, since that is ambiguous.
 */
const bareArgument = (cursor: Cursor, of: Token, from: number): Expression => {
  const start = cursor.token;
  if (start === undefined || !(/^(?:number|name|fraction)$/.test(start.kind) || isOperator(start, "√ ∛ - |")))
    cursor.fail(`the function ${of.text} lacks its argument in parentheses`);
  let argument = cursor.signed();
  const isRoot = of.text === "sqrt" || of.text === "cbrt";
  while (!isRoot && cursor.token?.kind === "name") argument = operation("*", argument, cursor.signed());
  const next = cursor.token;
  const text = cursor.textFrom(from + 1);
  if (isRoot && cursor.startsFactor && next?.spaced === false)
    cursor.ambiguous(from, `${of.text}(${text})*${next.text}`, `${of.text}(${text}*${next.text})`);
  if (isOperator(next, "/") && cursor.tokens[cursor.at + 1]?.kind === "number")
    cursor.ambiguous(from, `${of.text}(${text})/…`, `${of.text}(${text}/…)`);
  if (isOperator(next, "(") && next?.spaced === false)
    cursor.ambiguous(from, `${of.text}(${text})*(…)`, `${of.text}(${text}*(…))`);
  return argument;
};
