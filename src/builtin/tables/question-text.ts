import { normalized } from "../../domain/normalized.ts";
import { stopWords } from "../../domain/stop-words.ts";
import { type Term, termsOf } from "../../domain/terms.ts";

/**
 * The parts of a question that are read, in UTF-16 units: its beginning, and its end, where the question about a pasted
 * text stands.
 */
const MAX_BEGINNING = 1_500;
const MAX_END = 500;

/**
 * Returns the part of a text that is read, in Unicode's form NFKC and with white space collapsed to blanks. At most
 * 2,001 units long for any input.
 */
export const lookedAt = (text: string): string =>
  // NFKC expands one character to up to 18.
  ends(normalized(ends(text).toWellFormed(), "NFKC").replace(/\s+/gu, " "));

const ends = (text: string): string =>
  text.length <= MAX_BEGINNING + MAX_END + 1 ? text : `${text.slice(0, MAX_BEGINNING)} ${text.slice(-MAX_END)}`;

/** Normalizes text for a first comparison: ignores case, Unicode forms, spaces and hyphens. */
export const fold = (text: string): string =>
  normalized(text, "NFKC")
    .toLowerCase()
    .replace(/[\s\-_./]+/gu, "");

/** Consecutive words of the question. */
export interface Span {
  /** The words joined and folded, the last one in any of its forms: `A동 3열의`, `abc12345`, `ABC 12345`. */
  readonly letters: string;
  readonly from: number;
  readonly to: number;
}

/** The question's words, prepared for comparison with cells. */
export class QuestionText {
  readonly terms: readonly Term[];

  constructor(question: string) {
    this.terms = termsOf(lookedAt(question));
  }

  /** Yields all spans of at most `maxLetters`, except those of stop words alone. */
  *spans(maxLetters: number): Generator<Span> {
    const words = this.terms.map(({ forms }) => ({
      letters: forms.map(fold),
      isStop: forms.every((form) => stopWords.has(form)),
    }));
    for (let from = 0; from < words.length; from++) {
      let before = "";
      let isStop = true;
      for (let at = from; at < words.length && before.length < maxLetters; at++) {
        const word = words[at];
        if (word === undefined) break;
        isStop &&= word.isStop;
        if (!isStop) for (const letters of word.letters) yield { letters: before + letters, from, to: at + 1 };
        before += word.letters[0] ?? "";
      }
    }
  }
}
