import type { Locale } from "../../domain/run.ts";
import { storable } from "../../domain/text.ts";
import type { Source } from "./state.ts";

/** The most that a model receives to read, in UTF-16 units: some 10,000 tokens of English, 40,000 of Korean. */
export const MAX_SOURCE = 40_000;

/**
 * Makes a source of a text. The title goes above the text unless the text begins with it, and a text that is too long
 * is cut.
 */
export const sourceOf = (input: { readonly title: string | null; readonly text: string }, fallback: Locale): Source => {
  // Enough characters for the limit, even if each line end has two.
  const read = input.text.trimStart().slice(0, 2 * MAX_SOURCE + 2);
  const text = storable(read.replace(/\r\n?/g, "\n")).trim();
  const title = input.title?.trim() ?? "";
  const isTitled = title === "" || text.slice(0, 2 * title.length + 10).includes(title);
  const whole = isTitled ? text : `# ${title}\n\n${text}`;
  const cut = whole.length > MAX_SOURCE ? beginningOf(whole) : whole;
  return { text: cut, language: languageOf(cut, fallback), isCut: cut !== whole };
};

/** Cuts after a line when one ends in the last tenth, else after a word, else between characters. */
const beginningOf = (text: string): string => {
  const start = text.slice(0, MAX_SOURCE);
  const from = 0.9 * MAX_SOURCE;
  const end = ["\n", " "].map((sign) => start.lastIndexOf(sign)).find((at) => at > from) ?? start.length;
  return start
    .slice(0, end)
    .toWellFormed()
    .replace(/\ufffd$/, "");
};

/**
 * Korean when at least a tenth of the letters are Hangul: Korean posts are full of English words and code, while
 * English ones contain at most a Korean name.
 */
const languageOf = (text: string, fallback: Locale): Locale => {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const hangul = text.match(/\p{Script=Hangul}/gu)?.length ?? 0;
  if (letters === 0) return fallback;
  return hangul >= letters / 10 ? "ko" : "en";
};
