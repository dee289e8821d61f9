import { normalized } from "../../../domain/normalized.ts";
import { withNumbersInDigits } from "./number-words.ts";

/** The operand of an operation in words: a number, a letter, or a parenthesis. */
const ATOM = String.raw`(?:\d+(?:\.\d+)?|[a-z](?![a-z])|\([^()\n]{1,40}\))`;
/** Nothing before it makes it a part of something larger: in `3 + 2의 제곱` the square may apply to both. */
const ALONE = String.raw`(?<![\d.a-z)}\]] ?|[-+*/^=√×÷·−] ?)`;
/** Nothing after it does. */
const WHOLE = String.raw`(?! ?[-+*/^×÷·−(\d])`;

const ORDERS: Readonly<Record<string, string>> = { 세: "3", 네: "4" };
const COUNTED: Readonly<Record<string, string>> = { first: "a", second: "aa", third: "aaa" };

type Spoken = readonly [pattern: RegExp, means: string | ((...groups: string[]) => string)];

/** Operators in words. Each pattern is bounded, so that none takes more than linear time. */
const SPOKEN: readonly Spoken[] = [
  [/\b(what|how|that|it|here|where)'s\b/gi, "$1 is"],
  [/\b(?:is )?divided by\b/gi, "/"],
  [/\b(?:multiplied by|times)\b/gi, "*"],
  [/\bplus\b/gi, "+"],
  [/\bminus\b/gi, "-"],
  [/\b(?:is equal to|equals)\b/gi, "="],
  [/ (?:raised )?to the power(?: of)? (?=[-\d(a-z])/gi, "^"],
  [new RegExp(`${ALONE}(${ATOM}) squared\\b`, "gi"), "$1^2"],
  [new RegExp(`${ALONE}(${ATOM}) cubed\\b`, "gi"), "$1^3"],
  [new RegExp(`\\b(?:the )?square root of (${ATOM})${WHOLE}`, "gi"), " sqrt($1)"],
  [new RegExp(`\\b(?:the )?cube root of (${ATOM})${WHOLE}`, "gi"), " cbrt($1)"],
  [/\binfinity\b/gi, "∞"],
  [/(\d) ?percent\b/gi, "$1%"],
  [/(?:을|를|에)? ?더하기/g, "+"],
  [/(?:을|를|에서)? ?빼기/g, "-"],
  [/(?:을|를|에)? ?곱하기/g, "*"],
  [/(?:을|를)? ?나누기/g, "/"],
  [/(\d) ?(?:퍼센트|프로)(?![가-힣]{2})/g, "$1%"],
  [
    new RegExp(`${ALONE}(${ATOM}) ?의 ?(세|네|)제곱(?!근)`, "gi"),
    (_all, of = "", order = "") => `${of}^${ORDERS[order] ?? "2"}`,
  ],
  [new RegExp(`${ALONE}(${ATOM}) ?의 ?(\\d{1,6}) ?제곱(?!근)`, "gi"), "$1^($2)"],
  [new RegExp(`(?:루트|제곱근) ?(${ATOM})${WHOLE}`, "gi"), " sqrt($1)"],
  [/음의 ?무한대/g, "-∞"],
  [/(?:양의 ?)?무한대/g, "∞"],
  [/파이(?![가-힣]{2})/g, "π"],
  // ₅C₂ and 5C2: combinations, permutations, and combinations with repetition.
  [/(?<![\dA-Za-z.)])(\d{1,6}) ?C ?(\d{1,6})(?![\dA-Za-z.(])/g, "binomial($1,$2)"],
  [/(?<![\dA-Za-z.)])(\d{1,6}) ?P ?(\d{1,6})(?![\dA-Za-z.(])/g, "permutations($1,$2)"],
  [/(?<![\dA-Za-z.)])(\d{1,6}) ?H ?(\d{1,6})(?![\dA-Za-z.(])/g, "binomial($1+$2-1,$2)"],
  [/\b(\d{1,6}) choose (\d{1,6})\b/gi, "binomial($1,$2)"],
  [/\b(first|second|third) derivative\b/gi, (_all, order = "") => ` derivative${COUNTED[order.toLowerCase()] ?? "a"} `],
  [
    /(?<![A-Za-z])([fgh]) ?('{1,3}) ?\( ?(-?\d{1,9}(?:\.\d{1,9})?) ?\)/g,
    (_all, of = "", primes = "", at = "") => ` derivative${"a".repeat(primes.length)}${of} at (${at}) `,
  ],
  // A condition in parentheses.
  [/ ?\( ?단 ?,? ?([^()\n]{1,80})\)/g, ", 단, $1"],
  [
    /(?<![A-Za-z])([fghy]) ?('{1,3}) ?(?:\( ?[a-z] ?\))?(?![A-Za-z'(])/g,
    (_all, of = "", primes = "") => ` derivative${"a".repeat(primes.length)}${of} `,
  ],
  // What a variable approaches, unless `lim` stands before it.
  [/(?<![A-Za-z])(?<!lim(?:it)? ?_? ?[({]? ?)([a-zθ]) ?(?:->|→|\\to\b) ?/g, "$1 approaches "],
];
const SUBSCRIPTED = /[₀-₉]+ ?(?=[CPH])|(?<=[CPH]) ?[₀-₉]+/g;

/** Replaces operations in words by signs, wherever only one meaning is possible. */
export const withoutSpokenOperators = (sentence: string): string => {
  let text = withNumbersInDigits(sentence)
    .replace(SUBSCRIPTED, (run) => normalized(run, "NFKC"))
    .replace(/[’′‘]/g, "'");
  for (const [pattern, means] of SPOKEN)
    text = typeof means === "string" ? text.replace(pattern, means) : text.replace(pattern, means);
  return text;
};
