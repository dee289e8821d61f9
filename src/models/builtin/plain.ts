import { withoutLatex } from "./latex.ts";

const SIGNS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "—": "-",
    "⁄": "/",
    "→": "->",
    "⟶": "->",
  }),
);
const SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿˣ";
const SUB = "₀₁₂₃₄₅₆₇₈₉₊₋ₙₓ";
const LEVEL = "0123456789+-nx";

const levelled = (run: string, signs: string): string =>
  [...run].map((sign) => LEVEL[signs.indexOf(sign)] ?? "").join("");

/**
 * Operators in words, as a sentence says them. Each pattern is bounded: none can take more than linear time.
 */
const SPOKEN: readonly (readonly [RegExp, string])[] = [
  [/\bdivided by\b/gi, "/"],
  [/\b(?:multiplied by|times)\b/gi, "*"],
  [/\bplus\b/gi, "+"],
  [/\bminus\b/gi, "-"],
  [/\b(?:is equal to|equals)\b/gi, "="],
  [/\b(?:to the power of|raised to)\b/gi, "^"],
  [/ squared\b/gi, "^2"],
  [/ cubed\b/gi, "^3"],
  [/\b(?:the )?square root of\b/gi, " √"],
  [/\b(?:the )?cube root of\b/gi, " cbrt "],
  [/\binfinity\b/gi, "∞"],
  [/\bpercent\b/gi, "%"],
  [/(?:을|를)? ?더하기/g, "+"],
  [/(?:을|를)? ?빼기/g, "-"],
  [/(?:을|를)? ?곱하기/g, "*"],
  [/(?:을|를)? ?나누기/g, "/"],
  [/\blog_\(?([\da-z]{1,3})\)? ?\(?([\da-z.]{1,12})\)?/gi, "log($2,$1)"],
  [/(\d) ?퍼센트/g, "$1%"],
  [/([\da-z)]) ?의 ?제곱(?!근)/gi, "$1^2"],
  [/([\da-z)]) ?의 ?세제곱(?!근)/gi, "$1^3"],
  [/(?:루트|제곱근) ?(?=[\d(a-z])/gi, " √"],
  [/무한대/g, "∞"],
  [/파이(?![가-힣]{2})/g, "π"],
];

/** `15% of 240` and `240의 15%` are products. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/(\d ?%) of (?=[\d(])/gi, "$1*"],
  [/(\d\/\d{1,9}) of (?=[\d(])/gi, "$1*"],
  [/(\d)의 ?(?=\d{1,9}(?:\.\d{1,9})? ?%)/g, "$1*"],
];

/**
 * A question in one notation: LaTeX, typographic signs, superscripts and spoken operators all become ASCII, `->`, `∞`,
 * `√`, `∫` and `∑`. The words around the formulas stay as they are.
 */
export const plain = (question: string): string => {
  let text = withoutLatex(question.replace(/\*\*([^*\n]{1,200})\*\*/g, " $1 "))
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿˣ]+/g, (run) => `^(${levelled(run, SUPER)})`)
    .replace(/[₀-₉₊₋ₙₓ]+/g, (run) => `_(${levelled(run, SUB)})`)
    .normalize("NFKC")
    .replace(/[×·⋅∙÷−–—⁄→⟶]/g, (sign) => SIGNS.get(sign) ?? sign)
    .replaceAll("**", "^")
    .replace(/[`"“”]/g, " ")
    .replace(/[’′]/g, "'")
    .replace(/'(?=s\b)/g, " ")
    .replace(/(?<![\d.,(])([1-9]\d{0,2}),(?=\d{3}(?![\d]))/g, "$1");
  for (const [pattern, means] of [...SPOKEN, ...PARTS]) text = text.replace(pattern, means);
  return text;
};
