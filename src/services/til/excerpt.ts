import { sentencesOf } from "../../domain/sentences.ts";
import { TIL_BOUNDS } from "../../domain/til.ts";
import { unwrapText } from "./unwrap-text.ts";

const LABELS = ["excerpt", "summary", "요약", "발췌"];

/** The part of the note that an excerpt is written from, in code points. */
export const EXCERPT_FROM = 3_000;

/**
 * Returns the excerpt from a model's answer, or else the beginning of the note, on one line. It has at most 500 code
 * points and is cut after a sentence, or after a word when the first sentence is longer.
 */
export const excerptIn = (answer: string, content: string): string => {
  const text = oneLine(unwrapText(answer, LABELS)) || oneLine(beginningOf(content));
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

/** The part of a note that is read, in UTF-16 units. */
const MAX_READ = 20_000;

const lengthOf = (text: string): number => [...text].length;

const oneLine = (text: string): string => text.replace(/\s+/gu, " ").trim();

/** Returns the first line of prose: no heading, code or list. */
const beginningOf = (content: string): string =>
  content
    .slice(0, MAX_READ)
    .split("\n")
    .find((line) => /^[\p{L}\p{N}"'“‘「(]/u.test(line.trim())) ?? "";
