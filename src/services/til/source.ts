import type { Locale } from "../../domain/run.ts";
import { storable } from "../../domain/text.ts";
import type { Source } from "./state.ts";

/** What a model is given to read at most, in UTF-16 units: some 10,000 tokens of English, 40,000 of Korean. */
export const MAX_SOURCE = 40_000;

/** A text as a source, with its title above it unless it begins with that, and cut where it is too long. */
export const sourceOf = (given: { readonly title: string | null; readonly text: string }, fallback: Locale): Source => {
  // No more than is given, were each line end two characters long.
  const read = given.text.trimStart().slice(0, 2 * MAX_SOURCE + 2);
  const text = storable(read.replace(/\r\n?/g, "\n")).trim();
  const title = given.title?.trim() ?? "";
  const isTitled = title === "" || text.slice(0, 2 * title.length + 10).includes(title);
  const whole = isTitled ? text : `# ${title}\n\n${text}`;
  const cut = whole.length > MAX_SOURCE ? beginningOf(whole) : whole;
  return { text: cut, language: languageOf(cut, fallback), isCut: cut !== whole };
};

/** Ends between two lines where there is one in the last tenth, else between words, else between characters. */
const beginningOf = (text: string): string => {
  const start = text.slice(0, MAX_SOURCE);
  const from = 0.9 * MAX_SOURCE;
  const end = ["\n", " "].map((sign) => start.lastIndexOf(sign)).find((at) => at > from) ?? start.length;
  return start
    .slice(0, end)
    .toWellFormed()
    .replace(/\ufffd$/, "");
};

/** Korean posts are full of English words and code, English ones hold at most a Korean name. A tenth of all letters decides. */
const languageOf = (text: string, fallback: Locale): Locale => {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const hangul = text.match(/\p{Script=Hangul}/gu)?.length ?? 0;
  if (letters === 0) return fallback;
  return hangul >= letters / 10 ? "ko" : "en";
};
