import type { Locale } from "./run.ts";

const HANGUL = /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]/;
const WORD = /\p{L}{2,}/u;

/**
 * Returns the language to answer in: Korean if the text holds Hangul, English if it holds other words, else `fallback`.
 */
export const languageOf = (text: string, fallback: Locale): Locale => {
  if (HANGUL.test(text)) return "ko";
  return WORD.test(text) ? "en" : fallback;
};
