import { normalized } from "./normalized.ts";

/** Long enough to be read, short enough for a URL. In code points. */
const MAX_SLUG = 80;

/** Signs that distinguish names: C, C++ and C#. */
const SPOKEN: readonly (readonly [RegExp, string])[] = [
  [/(?<=[\p{L}\p{N}])\+\+/gu, "-plus-plus"],
  [/(?<=[\p{L}\p{N}])#/gu, "-sharp"],
  [/['’]/gu, ""],
];

/**
 * Returns a text as a part of a URL: lower case, words of any script joined by hyphens, at most 80 characters, cut
 * between words unless that would leave nothing. Empty when the text holds neither letter nor digit.
 */
export const slugOf = (text: string): string => {
  let plain = normalized(text, "NFKC").toLowerCase();
  for (const [sign, word] of SPOKEN) plain = plain.replace(sign, word);
  const slug = plain.replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  const letters = [...slug];
  if (letters.length <= MAX_SLUG) return slug;
  const cut = letters.slice(0, MAX_SLUG + 1).join("");
  const hyphen = cut.lastIndexOf("-");
  return hyphen > 0 ? cut.slice(0, hyphen) : letters.slice(0, MAX_SLUG).join("");
};
