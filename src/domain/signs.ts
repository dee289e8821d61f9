/*
 * Signs that distinguish names: C++ and C, .NET and net, #42, -5 °C, 10⁵ and 105, €10. They belong to the word that
 * they touch; other punctuation does not.
 */

import { normalized } from "./normalized.ts";

const LETTER = "\\p{L}\\p{M}\\p{N}";
const CORE = `[${LETTER}]+`;
/**
 * `++`, `#`, `+` after a letter (C++, C#, A+; not a sum, not a URL's fragment), the `-` of a grade, `%` and `°C` after
 * a number.
 */
const SUFFIX =
  `(?:(?<=[a-z])(?:\\+\\+(?!\\+)|#(?![a-z#])|\\+(?![+a-z\\p{N}]))|(?<=(?<![${LETTER}])[a-z])-(?![-${LETTER}])|` +
  `(?<=\\p{N})(?:%|°[cf]?(?![a-z])))`;
/** `.NET`, `#42`, `@user`, `-5` after a space or a bracket; a currency before its amount anywhere. */
const PREFIX = `(?:(?<![^\\s([{<"'\`,:;=~|>])(?:[#@.](?=[\\p{L}\\p{N}])|-(?=\\p{N}))|[€$£¥₩](?=\\p{N}))`;
/**
 * Characters that may also join words: part numbers, versions, paths, R&D; in numbers also 12:30 and 10^5;
 * kim@example.com.
 */
const BETWEEN = `(?:[-_.·/]|(?<=[a-z])&(?=[a-z])|(?<=\\p{N})(?::|\\^-?)(?=\\p{N})|(?<=[a-z\\p{N}])@(?=[a-z\\p{N}]))`;

/** A word with its signs, or several words and what joins them. Expects text in the form of `comparable`. */
export const JOINED = new RegExp(`(${PREFIX})?(${CORE}${SUFFIX}?(?:${BETWEEN}?${CORE}${SUFFIX}?)*)`, "gu");
/** The joining characters; a sign that ends a name does not join. */
export const JOINT = /[-_.·/&:^@]+(?=[\p{L}\p{M}\p{N}])/u;
/** Signs that end a name, after its letters. */
export const ENDING_SIGNS = /(?:\+{1,2}|#|-|%|°[cf]?)$/u;

/** Returns a sign before a word as a lexeme holds it: a plain `@` begins the marks of users and collections. */
export const leading = (sign: string): string => (sign === "@" ? "＠" : sign);

/** Returns a text in the form in which words are compared: NFKC, lower case, numbers and units in one notation. */
export const comparable = (text: string): string =>
  normalized(
    text
      // NFKC turns 10⁵ into 105 and 1½ into 11/2, and joins a word with its footnote number.
      .replace(/(?<=\p{Nd})[⁰¹²³⁴-⁹⁺⁻ⁿ]+/gu, "^$&")
      .replace(/(?<=\p{Nd})[¼-¾⅐-⅞]|(?<=[가-힣])[⁰¹²³⁴-⁹]/gu, " $&"),
    "NFKC",
  )
    .toLowerCase()
    .replaceAll("⁄", "/")
    .replace(/[−‐‑]/gu, "-")
    .replace(/(?<![\p{N}.,])\d{1,3}(?:,\d{3})+(?!\d|,\d)/gu, (number) => number.replaceAll(",", ""))
    .replace(/(?<=\d)\s?°\s?(?=[cf](?![a-z]))/gu, "°")
    .replace(/(?<=\d) %/gu, "%")
    .replace(/(?<![\p{L}\p{N}.,])(\d+(?:\.\d+)?)([€$£¥₩])(?!\d)/gu, "$2$1")
    .replace(/([€$£¥₩])\s(?=\d)/gu, "$1")
    .replace(/(?<![\p{L}\p{N}.,€$£¥₩])(\d+(?:\.\d+)?)\s([€$£¥₩])(?!\s?\d)/gu, "$2$1");
