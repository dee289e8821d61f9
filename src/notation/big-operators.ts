import type { Cursor } from "./cursor.ts";
import { call, contains, type Expression, name, number } from "./expression.ts";
import { isOperator, type Token } from "./token.ts";

/**
 * Reads a prefix operator: an integral, a sum, a derivative. Its token is already consumed. Null for any other token.
 */
export const operatorAt = (cursor: Cursor, token: Token): Expression | null => {
  if (token.kind === "derivative") return derivative(cursor, token.text.slice(0, 1), token.text.slice(1));
  if (token.text === "∫") return integral(cursor);
  if (token.text === "lim") return limit(cursor);
  if (token.text === "∑" || token.text === "∏") return series(cursor, token.text === "∑" ? "sum" : "product");
  return null;
};

interface Bounds {
  readonly low: Expression | null;
  readonly high: Expression | null;
  /** The `n` of `n=1` below a sum. */
  readonly index: string | null;
}

/** Reads `_0^1`, `_(n=1)^(10)`, in either order. */
const boundsAt = (cursor: Cursor): Bounds => {
  let [low, high, index]: [Expression | null, Expression | null, string | null] = [null, null, null];
  for (let turn = 0; turn < 2; turn++) {
    if (low === null && cursor.take("_")) {
      const isEnclosed = cursor.take("(");
      const [first, second] = cursor.tokens.slice(cursor.at, cursor.at + 2);
      if (isEnclosed && first?.kind === "name" && isOperator(second, "=")) {
        index = first.text;
        cursor.at += 2;
      }
      low = isEnclosed ? cursor.sum() : bound(cursor);
      if (isEnclosed) cursor.expect(")");
    } else if (high === null && cursor.take("^")) {
      const isEnclosed = cursor.take("(");
      high = isEnclosed ? cursor.sum() : bound(cursor);
      if (isEnclosed) cursor.expect(")");
    }
  }
  return { low, high, index };
};

/**
 * Reads one number or letter with its sign. Throws when more follows without a blank, since the end of the bound is
 * unclear.
 */
const bound = (cursor: Cursor): Expression => {
  const isNegative = cursor.take("-");
  const token = cursor.token;
  if (token?.kind !== "number" && token?.kind !== "name") cursor.fail("a bound is missing");
  cursor.at++;
  const value: Expression = token.kind === "number" ? { kind: "number", text: token.text } : name(token.text);
  const next = cursor.token;
  if (next !== undefined && !next.spaced && /^(?:number|name|function)$/.test(next.kind))
    cursor.fail("where the bound ends is not clear");
  return isNegative ? { kind: "negative", of: value } : value;
};

const integral = (cursor: Cursor): Expression => {
  const { low, high } = boundsAt(cursor);
  const seen = cursor.differentials.length;
  const of = cursor.sum();
  const [variable, ...more] = cursor.differentials.splice(seen);
  if (variable === undefined || more.length > 0) cursor.fail("an integral ends in one differential such as dx");
  if ((low === null) !== (high === null)) cursor.fail("an integral has both bounds or none");
  return low === null || high === null
    ? call("integrate", of, name(variable))
    : call("defint", of, low, high, name(variable));
};

/** Terms after a sum's first term may belong to it or not, so parentheses are required. */
const refuseMore = (cursor: Cursor): void => {
  if (isOperator(cursor.token, "+ -")) cursor.ambiguous(cursor.at, "of the first term only", "of all terms");
};

const series = (cursor: Cursor, command: "sum" | "product"): Expression => {
  const { low, high, index } = boundsAt(cursor);
  if (low === null || high === null || index === null) cursor.fail("a sum has an index, a first and a last one");
  const of = cursor.term();
  refuseMore(cursor);
  return call(command, of, name(index), low, high);
};

const derivative = (cursor: Cursor, variable: string, order: string): Expression => {
  const of = cursor.term();
  const next = cursor.tokens.slice(cursor.at).some((token) => token.kind === "name" && token.text === variable);
  if (next) refuseMore(cursor);
  if (!contains(of, variable) && of.kind === "name")
    cursor.fail(`${of.name} is not given as a function of ${variable}`);
  return order === "1" ? call("diff", of, name(variable)) : call("diff", of, name(variable), number(Number(order)));
};

/** Reads `lim_(x->0+) f`: the limit applies to everything that follows. The word is already consumed. */
const limit = (cursor: Cursor): Expression => {
  cursor.take("_");
  const isEnclosed = cursor.take("(");
  const variable = cursor.token;
  if (variable?.kind !== "name") cursor.fail("a limit names its variable");
  cursor.at++;
  cursor.expect("->");
  const end = isEnclosed ? closeOf(cursor) : cursor.at + (isOperator(cursor.token, "-") ? 2 : 1);
  const [to, side] = targetUpTo(cursor, end, isEnclosed);
  if (isEnclosed) cursor.expect(")");
  const of = cursor.sum();
  return call("limit", of, name(variable.text), to, ...(side === null ? [] : [name(side)]));
};

/** Returns the index of the parenthesis that closes the one open here. */
const closeOf = (cursor: Cursor): number => {
  let depth = 1;
  for (let at = cursor.at; at < cursor.tokens.length; at++) {
    if (isOperator(cursor.tokens[at], "(")) depth++;
    if (isOperator(cursor.tokens[at], ")") && --depth === 0) return at;
  }
  return cursor.fail('a ")" is missing');
};

/** Reads `0`, `pi/2`, and with a side `0+`, `0^+`, `0^(-)`: the value approached, and `left` or `right`. */
const targetUpTo = (cursor: Cursor, end: number, isEnclosed: boolean): readonly [Expression, string | null] => {
  const { tokens } = cursor;
  const after = isEnclosed ? end : Math.min(tokens.length, end + sideLength(tokens, end));
  const length = isEnclosed ? sideLengthBefore(tokens, end) : after - end;
  const start = after - length;
  const sign = tokens.slice(start, after).find((token) => isOperator(token, "+ -"));
  const of = cursor.part(start);
  cursor.at = after;
  return [of, sign === undefined ? null : sign.text === "+" ? "right" : "left"];
};

/** Returns how many tokens before `end` give the side: `+`, `^+`, `^(+)`. */
const sideLengthBefore = (tokens: readonly Token[], end: number): number => {
  const [caret, open, sign, close] = tokens.slice(end - 4, end);
  if (isOperator(caret, "^") && isOperator(open, "(") && isOperator(sign, "+ -") && isOperator(close, ")")) return 4;
  if (!isOperator(tokens[end - 1], "+ -")) return 0;
  return isOperator(tokens[end - 2], "^") ? 2 : 1;
};

/**
 * Returns the same after a value without parentheses: `x->0+ 1/x`, where the sign touches the 0 and a blank follows it.
 */
const sideLength = (tokens: readonly Token[], at: number): number => {
  const [first, second, third, fourth] = tokens.slice(at, at + 4);
  if (isOperator(first, "^") && isOperator(second, "(") && isOperator(third, "+ -") && isOperator(fourth, ")"))
    return 4;
  if (isOperator(first, "^") && isOperator(second, "+ -")) return 2;
  return isOperator(first, "+ -") && !first?.spaced && second?.spaced ? 1 : 0;
};
