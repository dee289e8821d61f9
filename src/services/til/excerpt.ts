import { sentencesOf } from "../../domain/sentences.ts";
import { TIL_BOUNDS } from "../../domain/til.ts";

/** What an excerpt is made from, in code points. */
export const EXCERPT_FROM = 3_000;

/**
 * The excerpt in what a model has answered, or else in how the note begins, on one line: at most 500 code points, cut behind a
 * sentence, or where even the first is longer than that, behind a word.
 */
export const excerptIn = (answer: string, content: string): string => {
  const text = oneLine(answer) || oneLine(beginningOf(content));
  if (lengthOf(text) <= TIL_BOUNDS.excerpt) return text;
  let fitting = "";
  for (const sentence of sentencesOf(text)) {
    if (lengthOf((fitting + sentence).trimEnd()) > TIL_BOUNDS.excerpt) break;
    fitting += sentence;
  }
  return fitting.trim() || withinWords(text);
};

const withinWords = (text: string): string => {
  const start = [...text].slice(0, TIL_BOUNDS.excerpt - 1).join("");
  return `${start.slice(0, start.lastIndexOf(" ") + 1 || start.length).trim()}…`;
};

/** Of a note, so much is looked at, in UTF-16 units. */
const MAX_READ = 20_000;

const lengthOf = (text: string): number => [...text].length;

const oneLine = (text: string): string => text.replace(/\s+/gu, " ").trim();

/** Its first line that is text: no heading, no code, no list. */
const beginningOf = (content: string): string =>
  content
    .slice(0, MAX_READ)
    .split("\n")
    .find((line) => /^[\p{L}\p{N}"'“‘「(]/u.test(line.trim())) ?? "";
