/*
 * Signs that tell names apart: C++ and C, .NET and net, #42, -5 °C, 10⁵ and 105, €10. They belong to the word that they stand
 * at; what is only punctuation does not.
 */

import { composed } from "./composed.ts";

const LETTER = "\\p{L}\\p{M}\\p{N}";
const CORE = `[${LETTER}]+`;
/** `++`, `#`, `+` behind a letter (C++, C#, A+; no sum, no anchor in an address), the `-` of a grade, `%` and `°C` behind a number. */
const SUFFIX =
  `(?:(?<=[a-z])(?:\\+\\+(?!\\+)|#(?![a-z#])|\\+(?![+a-z\\p{N}]))|(?<=(?<![${LETTER}])[a-z])-(?![-${LETTER}])|` +
  `(?<=\\p{N})(?:%|°[cf]?(?![a-z])))`;
/** `.NET`, `#42`, `@user`, `-5` behind a blank or a bracket; a currency before its amount anywhere. */
const PREFIX = `(?:(?<![^\\s([{<"'\`,:;=~|>])(?:[#@.](?=[\\p{L}\\p{N}])|-(?=\\p{N}))|[€$£¥₩](?=\\p{N}))`;
/** Characters that also stand between words: part numbers, versions, paths, R&D; in numbers also 12:30 and 10^5; kim@example.com. */
const BETWEEN = `(?:[-_.·/]|(?<=[a-z])&(?=[a-z])|(?<=\\p{N})(?::|\\^-?)(?=\\p{N})|(?<=[a-z\\p{N}])@(?=[a-z\\p{N}]))`;

/** A word with its signs, or several with what joins them. Of a text in the form of `comparable`. */
export const JOINED = new RegExp(`(${PREFIX})?(${CORE}${SUFFIX}?(?:${BETWEEN}?${CORE}${SUFFIX}?)*)`, "gu");
/** What stands there; a sign that a name ends with does not join. */
export const JOINT = /[-_.·/&:^@]+(?=[\p{L}\p{M}\p{N}])/u;
/** What a name ends with, behind its letters. */
export const ENDING_SIGNS = /(?:\+{1,2}|#|-|%|°[cf]?)$/u;

/** Of a sign before a word, as it stands in a lexeme: `@` begins the marks of users and collections. */
export const leading = (sign: string): string => (sign === "@" ? "＠" : sign);

/** A text in the form in which words are compared: NFKC, lower case, numbers and their units written in one way. */
export const comparable = (text: string): string =>
  composed(
    text
      // NFKC makes 105 of 10⁵, 11/2 of 1½, and one word of a word and the number of its note.
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
