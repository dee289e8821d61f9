import { isOperator, type Token } from "./token.ts";

/**
 * Functions of one number: a comma between digits of their argument groups thousands and does not separate arguments.
 */
const ONE_ARGUMENT = /^(?:sin|cos|tan|sqrt|cbrt|abs|exp|factorial|floor|ceil|round|sign)$/;

const isWhole = (token: Token | undefined): boolean => token?.kind === "number" && /^\d+$/.test(token.text);
const isTight = (token: Token | undefined): boolean => token !== undefined && !token.spaced;

/** Returns the numbers of `1,234,567`, as long as commas without blanks join them. */
const chainAt = (tokens: readonly Token[], start: number): readonly Token[] => {
  const chain = [tokens[start] as Token];
  for (let at = start + 1; isOperator(tokens[at], ",") && isTight(tokens[at]); at += 2) {
    const next = tokens[at + 1];
    if (next?.kind !== "number" || next.spaced) break;
    chain.push(next);
  }
  return chain;
};

/** One to three digits, then groups of three, with decimals only at the end. */
const isGrouped = (chain: readonly Token[]): boolean =>
  chain.length > 1 &&
  /^[1-9]\d{0,2}$/.test(chain[0]?.text ?? "") &&
  chain.slice(1, -1).every(({ text }) => /^\d{3}$/.test(text)) &&
  /^\d{3}(?:\.\d+)?$/.test(chain.at(-1)?.text ?? "");

/** Whether commas here group thousands. In `gcd(12,180)`, `[1,200]` and `(1,200)` they separate values. */
const mayGroup = (
  tokens: readonly Token[],
  opens: readonly number[],
  chain: readonly Token[],
  end: number,
): boolean => {
  const open = opens.at(-1);
  if (open === undefined) return true;
  if (isOperator(tokens[open], "[")) return false;
  const before = tokens[open - 1];
  if (before?.kind === "function" || before?.kind === "defined") return ONE_ARGUMENT.test(before.text);
  const fillsAll = open === end - 2 * chain.length && isOperator(tokens[end], ")");
  return !fillsAll || chain.length > 2;
};

/** Joins `1,234,567` to one number and `1 1/2` to the mixed number 1½. Everything else is unchanged. */
export const joinNumbers = (tokens: readonly Token[]): readonly Token[] => {
  const out: Token[] = [];
  const opens: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (isOperator(token, "( [")) opens.push(at);
    if (isOperator(token, ") ]")) opens.pop();
    if (token.kind !== "number") {
      out.push(token);
      continue;
    }
    const chain = chainAt(tokens, at);
    const end = at + 2 * chain.length - 1;
    if (isGrouped(chain) && mayGroup(tokens, opens, chain, end)) {
      out.push({ ...token, text: chain.map(({ text }) => text).join(""), end: chain.at(-1)?.end ?? token.end });
      at = end - 1;
      continue;
    }
    if (chain.length > 1) {
      out.push(...tokens.slice(at, end));
      at = end - 1;
      continue;
    }
    const fraction = mixedAt(tokens, at, out);
    out.push(token);
    if (fraction !== null) {
      out.push(fraction);
      at += 3;
    }
  }
  return out;
};

/**
 * Returns the `1/2` of `1 1/2`: a proper fraction without blanks, and nothing after it that would extend its
 * denominator.
 */
const mixedAt = (tokens: readonly Token[], at: number, before: readonly Token[]): Token | null => {
  const [whole, top, line, bottom, after] = tokens.slice(at, at + 5);
  if (!isWhole(whole) || !isWhole(top) || !top?.spaced || !isOperator(line, "/") || !isTight(line)) return null;
  if (
    !isWhole(bottom) ||
    !isTight(bottom) ||
    isOperator(before.at(-1), "^ _ /") ||
    BigInt(top.text) >= BigInt(bottom?.text ?? "0")
  )
    return null;
  const takes =
    after !== undefined &&
    !after.spaced &&
    (/^(?:number|name|function)$/.test(after.kind) || isOperator(after, "( ^ ! √ /"));
  return takes
    ? null
    : {
        kind: "fraction",
        text: `${top.text}/${bottom?.text}`,
        spaced: false,
        start: top.start,
        end: bottom?.end ?? top.end,
      };
};
