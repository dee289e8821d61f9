import { GREEK } from "./greek.ts";

/**
 * A sentence as tokens. Formula and words are told apart here, because only here the blanks are still known: `2x` is two
 * factors, `to x` is a word and a variable.
 */
export type Token =
  | { readonly kind: "number" | "symbol" | "function" | "operator"; readonly text: string; readonly spaced: boolean }
  /** Something that no formula holds: a word, a punctuation mark, the end of a line. */
  | { readonly kind: "word" | "break"; readonly text: string; readonly spaced: boolean };

/** The functions that are known by name, and the name they are kept under. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  sin: "sin",
  cos: "cos",
  tan: "tan",
  sec: "sec",
  csc: "csc",
  cot: "cot",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  asin: "asin",
  acos: "acos",
  atan: "atan",
  sinh: "sinh",
  cosh: "cosh",
  tanh: "tanh",
  ln: "ln",
  log: "log",
  lg: "log",
  exp: "exp",
  sqrt: "sqrt",
  cbrt: "cbrt",
  abs: "abs",
  gcd: "gcd",
  lcm: "lcm",
};
const NAMES = Object.keys(FUNCTIONS).sort((a, b) => b.length - a.length);
const GREEK_NAMES: ReadonlyMap<string, string> = new Map([...GREEK].map(([letter, name]) => [name, letter]));
const SIGN_NAMES: ReadonlyMap<string, string> = new Map([
  ["π", "pi"],
  ["∞", "Infinity"],
]);
const CONSTANTS: ReadonlySet<string> = new Set(["pi", "Infinity"]);
/** Short words that could be products of variables. */
const WORDS: ReadonlySet<string> = new Set(
  "a i am an as at be by do go he hi if in is it me my no of on or so to up us we and are but can did for get has how its let may not now out see the too use was who why you ok vs eq".split(
    " ",
  ),
);

const PIECE =
  /(?<number>\d+(?:\.\d+)?|\.\d+)|(?<name>[A-Za-z]+)|(?<sign>[\u0391-\u03c9∞])|(?<operator>[-+*/^=()|!%,√<>])|(?<hangul>[\uac00-\ud7a3]+)|(?<blank>[ \t\u00a0]+)|(?<other>.)/gsu;

/** `sinx`, `xy`, `xe`: a run of letters as functions and one-letter variables; null when it is a word. */
const splitName = (name: string, touchesFormula: boolean): readonly Token[] | null => {
  const symbolToken = (text: string): Token => ({ kind: "symbol", text, spaced: false });
  if (CONSTANTS.has(name)) return [symbolToken(name)];
  const lower = name.toLowerCase();
  const greek = GREEK_NAMES.get(name);
  if (greek !== undefined) return [symbolToken(greek)];
  if (lower === "pi") return [symbolToken("pi")];
  const exact = FUNCTIONS[lower];
  if (exact !== undefined) return [{ kind: "function", text: exact, spaced: false }];
  if (name.length === 1) return [symbolToken(name)];
  const at = NAMES.find((known) => name.startsWith(known) || name.slice(1).startsWith(known));
  if (at !== undefined) {
    const start = name.startsWith(at) ? 0 : 1;
    const rest = name.slice(start + at.length);
    const isFormula =
      /^[xyztu]?$/.test(name.slice(0, start)) && (/^[xyzu]$/.test(rest) || (rest === "" && start === 1));
    if (isFormula) {
      const head = start === 0 ? [] : [symbolToken(name.slice(0, 1))];
      const tail = rest === "" ? [] : [symbolToken(rest)];
      return [...head, { kind: "function", text: FUNCTIONS[at] ?? at, spaced: false }, ...tail];
    }
  }
  const piAt = lower.indexOf("pi");
  if (piAt >= 0 && name.length === 3 && touchesFormula) {
    const other = symbolToken(piAt === 0 ? name.slice(2) : name.slice(0, 1));
    return piAt === 0 ? [symbolToken("pi"), other] : [other, symbolToken("pi")];
  }
  if (name.length <= 3 && touchesFormula && !WORDS.has(lower)) return [...name].map(symbolToken);
  return null;
};

const isFormulaMark = (char: string | undefined): boolean => char !== undefined && /[\d)(+*/^=|-]/.test(char);

/** `A` and `I` are words in English, unless a formula is around them. */
const isLoneWord = (text: string, start: number, end: number): boolean => {
  const name = text.slice(start, end);
  const after = text.slice(end, end + 24);
  if (name === "I") return true;
  if (name !== "a" && name !== "A") return false;
  return /^\s+[A-Za-z]{2,}/.test(after) && !/^\s+(?:sin|cos|tan|ln|log|sqrt)/.test(after);
};

export const lex = (text: string): Token[] => {
  const tokens: Token[] = [];
  let spaced = false;
  for (const match of text.matchAll(PIECE)) {
    const piece = match[0];
    const groups = match.groups ?? {};
    if (groups.blank !== undefined) {
      spaced = true;
      continue;
    }
    const start = match.index;
    const end = start + piece.length;
    if (groups.number !== undefined) tokens.push({ kind: "number", text: piece, spaced });
    else if (groups.operator !== undefined) tokens.push({ kind: "operator", text: piece, spaced });
    else if (groups.sign !== undefined) tokens.push({ kind: "symbol", text: SIGN_NAMES.get(piece) ?? piece, spaced });
    else if (groups.name !== undefined) {
      const touches =
        isFormulaMark(text[start - 1]) || isFormulaMark(text[end]) || /^\s*[=^+*/]/.test(text.slice(end, end + 4));
      const split = isLoneWord(text, start, end) ? null : splitName(piece, touches);
      if (split === null) tokens.push({ kind: "word", text: piece, spaced });
      else tokens.push(...split.map((token, index) => (index === 0 ? { ...token, spaced } : token)));
    } else tokens.push({ kind: groups.hangul === undefined ? "break" : "word", text: piece, spaced });
    spaced = false;
  }
  return tokens;
};
