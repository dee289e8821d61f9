import type { Expr } from "./expression.ts";
import { parse } from "./parse.ts";

/** A stretch of the text that gives two ends, and the running variable where it is named. */
export interface Range {
  readonly from: Expr;
  readonly to: Expr;
  readonly variable: string | null;
  readonly start: number;
  readonly end: number;
}

const ATOM = "(?:[-+] ?)?(?:[A-Za-z\\d.√/*^∞π]|\\([^()]{0,40}\\)){1,24}";
const END = `((?:[a-zA-Z] ?= ?)?${ATOM})`;
const RANGES: readonly RegExp[] = [
  new RegExp(`\\bfrom ${END} ?(?:to|->) ?${END}`, "i"),
  new RegExp(`\\bbetween ${END} and ${END}`, "i"),
  new RegExp(
    `(?:\\b(?:on|over|in|for)|구간) ?(?:the interval )?(?:[a-z] in )?[[(] ?${END} ?, ?${END} ?[\\])](?: ?에서)?`,
    "i",
  ),
  new RegExp(`${END} ?(?:부터|에서) ?${END} ?까지(?:의|로)?`, "i"),
];

const readEnd = (text: string): { readonly value: Expr; readonly variable: string | null } | null => {
  const named = /^([a-zA-Z]) ?= ?/.exec(text);
  const value = parse(text.slice(named?.[0].length ?? 0));
  return value === null ? null : { value, variable: named?.[1] ?? null };
};

/** `from 0 to 1`, `between 0 and 1`, `on [0, 1]`, `0부터 1까지`. */
export const readRange = (text: string): Range | null => {
  for (const pattern of RANGES) {
    const match = pattern.exec(text);
    const from = readEnd(match?.[1] ?? "");
    const to = readEnd(match?.[2] ?? "");
    if (match === null || from === null || to === null) continue;
    const end = match.index + match[0].length;
    return { from: from.value, to: to.value, variable: from.variable, start: match.index, end };
  }
  return null;
};

/** The index after the parenthesis that opens at `start`; -1 when it stays open. */
const closeOf = (text: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === ")") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
};

const TIGHT = new RegExp(`^${ATOM}`);

/** `_(0)^(1)` and `_0^1` at `start`, after an integral or a sum sign. */
export const readArgument = (text: string, start: number): Range | null => {
  const ends = new Map<string, string>();
  let at = start;
  while (ends.size < 2) {
    while (text[at] === " ") at += 1;
    const mark = text[at] ?? "";
    if (mark !== "_" && mark !== "^") break;
    at += 1;
    // In `_0^1` a caret ends the lower limit, it raises nothing.
    const tight = TIGHT.exec(text.slice(at, at + 40))?.[0].split("^")[0] ?? "";
    const end = text[at] === "(" ? closeOf(text, at) : at + tight.length;
    if (end <= at) return null;
    ends.set(mark, text[at] === "(" ? text.slice(at + 1, end - 1) : text.slice(at, end));
    at = end;
  }
  const from = readEnd(ends.get("_") ?? "");
  const to = readEnd(ends.get("^") ?? "");
  if (from === null || to === null) return null;
  return { from: from.value, to: to.value, variable: from.variable, start, end: at };
};
