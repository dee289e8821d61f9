import { composed } from "../../domain/composed.ts";
import { stopWords } from "../../domain/stop-words.ts";
import { type Term, termsOf } from "../../domain/terms.ts";

/** Of a question so much is looked at, in UTF-16 units: its beginning, and its end, where what is pasted is asked about. */
const MAX_BEGINNING = 1_500;
const MAX_END = 500;

/** The part of a text that is looked at, in Unicode's form NFKC, its white space blanks. At most 2,001 units, whatever comes. */
export const lookedAt = (text: string): string =>
  // NFKC writes one character with up to 18.
  ends(composed(ends(text).toWellFormed(), "NFKC").replace(/\s+/gu, " "));

const ends = (text: string): string =>
  text.length <= MAX_BEGINNING + MAX_END + 1 ? text : `${text.slice(0, MAX_BEGINNING)} ${text.slice(-MAX_END)}`;

/** For a first look: without case, forms of Unicode, spaces and hyphens. */
export const fold = (text: string): string =>
  composed(text, "NFKC")
    .toLowerCase()
    .replace(/[\s\-_./]+/gu, "");

/** Words of the question that follow each other. */
export interface Span {
  /** What they are made up of, folded, the last of them in any of its forms: `A동 3열의`, `abc12345`, `ABC 12345`. */
  readonly letters: string;
  readonly from: number;
  readonly to: number;
}

/** The question's words, as cells are compared with them. */
export class AskedText {
  readonly terms: readonly Term[];

  constructor(question: string) {
    this.terms = termsOf(lookedAt(question));
  }

  /** All spans of at most `maxLetters`, but those of words that only build sentences. */
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
