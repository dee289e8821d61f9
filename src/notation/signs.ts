import { normalized } from "../domain/normalized.ts";

const SIGNS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "∗": "*",
    "•": "*",
    "✕": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "−": "-",
    "–": "-",
    "—": "-",
    "﹣": "-",
    "→": "->",
    "⟶": "->",
    "≦": "≤",
    "≧": "≥",
    "⩽": "≤",
    "⩾": "≥",
    ℯ: "e",
    ⅈ: "i",
    "′": "'",
    "’": "'",
    "‘": "'",
    "″": "''",
    "“": '"',
    "”": '"',
    "…": "...",
    "⋯": "...",
    "\u00a0": " ",
    "\u3000": " ",
    "\u2009": " ",
    "\u202f": " ",
    "、": ",",
    Σ: "∑",
    "。": ".",
  }),
);
const SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣ";
const SUPER_MEANS = "0123456789+-()nx";
const SUB = "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙₓ";
const SUB_MEANS = "0123456789+-()nx";

const levelled = (run: string, signs: string, means: string): string =>
  [...run].map((sign) => means[signs.indexOf(sign)] ?? "").join("");

/**
 * Converts typographic signs to those of the keyboard, full-width letters and digits to ordinary ones, superscripts to
 * `^(2)` and subscripts to `_(2)`. Signs without an equivalent stay: `√ ∛ ∞ π ½ ° ≤ ≥ ≠ ± ∫ ∑`, Greek letters, and
 * anything that is not mathematics. Linear in the length of the text; idempotent.
 */
export const withPlainSigns = (text: string): string =>
  normalized(text.toWellFormed(), "NFC")
    .replaceAll("**", "^")
    .replace(/[\uFF01-\uFF5E]/gu, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    // 𝑥, 𝐀, 𝟙: letters and digits of mathematical alphabets.
    .replace(/[\u{1D400}-\u{1D7FF}]/gu, (sign) => normalized(sign, "NFKC"))
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣ]+/gu, (run) => `^(${levelled(run, SUPER, SUPER_MEANS)})`)
    .replace(/[₀-₉₊₋₍₎ₙₓ]+/gu, (run) => `_(${levelled(run, SUB, SUB_MEANS)})`)
    .replace(/<=|=</gu, "≤")
    .replace(/>=/gu, "≥")
    .replace(/!=(?!=)/gu, "≠")
    // In 3/4 ÷ 1/2 the second quotient is a fraction; in 1 ÷ 3/2^2 it is 3/4.
    .replace(/(÷ *)(\d{1,20}\/\d{1,20}(?:\^(?:\d{1,20}|\(\d{1,20}\))|[!%])*)(?![\d.\w(^!%])/gu, "$1($2)")
    .replace(/[^\x20-\x7e]/gu, (sign) => SIGNS.get(sign) ?? sign);
