import { normalized } from "../domain/normalized.ts";
import { namesInFormula, namesInProse } from "./names.ts";
import { joinNumbers } from "./numbers.ts";
import { withPlainSigns } from "./signs.ts";
import type { Token } from "./token.ts";

const NUMBER = String.raw`(?<number>(?:\d+\.(?=\(\d+\))|\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![\d.]))?)`;
const FRACTION = "(?<fraction>[¼½¾⅐-⅞])";
const PROSE_NAME = "(?<name>[A-Za-z]+|[\u0391-\u03c9ϕ])";
const FORMULA_NAME = "(?<name>[A-Za-z](?:[A-Za-z0-9]|_[A-Za-z0-9])*|[\u0391-\u03c9ϕ])";
const DERIVATIVE = String.raw`(?<![A-Za-z])(?<derivative>d(?:\^\(?\d\)?)? ?(?:[yf](?:\([a-z]\))?)? ?\/ ?d ?[a-z](?:\^\(?\d\)?)?)(?![A-Za-z])`;
const LIMIT = String.raw`(?<![A-Za-z])(?<limit>lim(?:it)?(?= ?_? ?\(? ?[a-zθ] ?->))`;
const OPERATOR = String.raw`(?<operator>->|\.\.\.+|[-+*/^=()|!%,<>≤≥≠±√∛∜∞π°_[\]{}∫∑∏])`;
const REST = String.raw`(?<hangul>[\uac00-\ud7a3\u3131-\u318e]+)|(?<blank>[ \t]+)|(?<mark>\n|[\s\S])`;
const PROSE = new RegExp([DERIVATIVE, LIMIT, NUMBER, FRACTION, PROSE_NAME, OPERATOR, REST].join("|"), "gu");
const FORMULA = new RegExp([DERIVATIVE, LIMIT, NUMBER, FRACTION, FORMULA_NAME, OPERATOR, REST].join("|"), "gu");

/** Typographic signs with the meaning of another inside formulas: braces and brackets of any kind group. */
const MEANS: ReadonlyMap<string, string> = new Map([
  ["{", "("],
  ["}", ")"],
]);

/** `a thing` and `I` are English words, unless a formula surrounds them. */
const isLoneWord = (text: string, start: number, end: number): boolean => {
  const name = text.slice(start, end);
  if (name === "I") return true;
  if (name !== "a" && name !== "A") return false;
  return (
    /^ +[A-Za-z]{2,}/.test(text.slice(end, end + 24)) &&
    !/^ +(?:sin|cos|tan|ln|log|sqrt)\b/.test(text.slice(end, end + 24))
  );
};

const SPELLED_FRACTIONS: ReadonlyMap<string, string> = new Map([
  ["⅐", "1/7"],
  ["⅑", "1/9"],
  ["⅒", "1/10"],
]);
/** `½` is 1/2, by its Unicode decomposition. */
const fractionOf = (sign: string): string => SPELLED_FRACTIONS.get(sign) ?? normalized(sign, "NFKD").replace("⁄", "/");

const derivativeOf = (text: string): string => {
  const variable = /d ?([a-z])(?:\^\(?\d\)?)?$/.exec(text)?.[1] ?? "x";
  return `${variable}${/\^\(?(\d)/.exec(text)?.[1] ?? "1"}`;
};

/**
 * Splits a text into tokens and omits nothing but blanks. In prose, runs of letters are words unless they are
 * mathematics; in a formula they are names. Formulas and words are told apart here, because the blanks are still known:
 * `2x` is a product, `to x` is not.
 */
class Lexer {
  readonly tokens: Token[] = [];
  #spaced = false;
  /** An integral sign was read, so letters after a `d` may close it. */
  #isOpen = false;

  constructor(
    private readonly text: string,
    private readonly isProse: boolean,
  ) {
    for (const match of text.matchAll(isProse ? PROSE : FORMULA)) this.#read(match);
  }

  #push(kind: Token["kind"], meaning: string, start: number, end: number): void {
    this.tokens.push({ kind, text: meaning, spaced: this.#spaced, start, end });
    this.#spaced = false;
  }

  #read(match: RegExpExecArray): void {
    const piece = match[0];
    const groups = match.groups ?? {};
    const [start, end] = [match.index, match.index + piece.length];
    if (groups.blank !== undefined) this.#spaced = true;
    else if (groups.number !== undefined) this.#push("number", piece, start, end);
    else if (groups.fraction !== undefined) this.#push("fraction", fractionOf(piece), start, end);
    else if (groups.limit !== undefined) this.#push("operator", "lim", start, end);
    else if (groups.derivative !== undefined) this.#push("derivative", derivativeOf(piece), start, end);
    else if (piece === "π" || piece === "∞") this.#push("name", piece === "π" ? "pi" : "Infinity", start, end);
    else if (groups.operator !== undefined) {
      this.#isOpen ||= piece === "∫";
      this.#push("operator", piece.startsWith("...") ? "..." : (MEANS.get(piece) ?? piece), start, end);
    } else if (groups.name !== undefined) this.#readName(piece, start, end);
    else this.#push(groups.hangul === undefined ? "mark" : "word", piece, start, end);
  }

  #readName(piece: string, start: number, end: number): void {
    if (this.isProse && isLoneWord(this.text, start, end)) {
      this.#push("word", piece, start, end);
      return;
    }
    const differential = this.#isOpen ? /^(.*?)d([a-zθ])$/.exec(piece) : null;
    const letters = differential?.[1] ?? piece;
    if (letters !== "") {
      const after = differential === null ? (this.text[end] ?? "") : "*";
      const names = (this.isProse ? namesInProse : namesInFormula)(letters, this.text[start - 1] ?? "", after);
      // One run may hold several names. Each takes at least one letter of it, in order.
      let at = start;
      for (const [n, { kind, text: meaning }] of names.entries()) {
        const next = n === names.length - 1 ? start + letters.length : Math.min(end, at + meaning.length);
        this.#push(kind, meaning, at, next);
        at = next;
      }
    }
    if (differential !== null) this.#push("differential", differential[2] ?? "x", end - 2, end);
  }
}

const lexed = (text: string, isProse: boolean): readonly Token[] => new Lexer(text, isProse).tokens;

export interface Lexed {
  readonly tokens: readonly Token[];
  /** The text that the positions of tokens refer to. */
  readonly source: string;
}

/** Splits a sentence whose LaTeX is already converted: see `withoutLatex`. */
export const lexProse = (text: string): Lexed => {
  const source = withPlainSigns(text);
  return { tokens: joinNumbers(lexed(source, true)), source };
};

/** Splits a formula that stands by itself. */
export const lexFormula = (text: string): readonly Token[] => joinNumbers(lexed(withPlainSigns(text), false));
