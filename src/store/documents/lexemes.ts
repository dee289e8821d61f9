import { createHash } from "node:crypto";
import { stopWords } from "../../domain/stop-words.ts";
import { type Term, termsOf } from "../../domain/terms.ts";

/**
 * How terms lie in Postgres: as lexemes of our own making in a tsvector. Its dictionaries are not asked, as they know no
 * Korean and take `ABC-12345` for a negative number. What Postgres limits (https://www.postgresql.org/docs/18/textsearch-limitations.html)
 * is bounded here: a lexeme's bytes by `termsOf`, a tsvector's megabyte by the count of its lexemes.
 */

/** Where a lexeme stands decides what a hit is worth, see `HIT_WEIGHTS`: in a title or heading, as a word, as a part of one. */
type Place = "A" | "B" | "C";
/** For `ts_rank`, which wants them from D to A. */
export const HIT_WEIGHTS = "{0.1,0.4,0.7,1}";

const MOST_LEXEMES = 4_000;
/** `ts_rank` gives each further hit less and less: the fourth adds hardly anything. */
const MOST_HITS = 4;

/** A text cast to `tsvector`. The marks let one look into the index find what is both a word and this user's. */
export const tsvectorOf = (marks: readonly string[], above: readonly string[], content: string): string => {
  const hits = new Map<string, Place[]>();
  const add = (lexemes: readonly string[], place: Place): void => {
    for (const lexeme of lexemes) {
      const places = hits.get(lexeme);
      if (places === undefined) {
        if (hits.size < MOST_LEXEMES) hits.set(lexeme, [place]);
      } else if (places.length < MOST_HITS) places.push(place);
    }
  };
  for (const { forms, parts } of above.flatMap(termsOf)) add([...forms, ...parts], "A");
  for (const { forms, parts } of termsOf(content)) {
    add(forms, "B");
    add(parts, "C");
  }
  const words = Array.from(hits, ([lexeme, places]) => {
    const positions = places.map((place, index) => `${index + 1}${place}`);
    return `${quoted(lexeme)}:${positions.join(",")}`;
  });
  return [...marks.map(quoted), ...words].join(" ");
};

/** In every piece whose lexemes are made as this file and `termsOf` make them now; goes up whenever that changes. */
export const LEXEMES_MARK = "@2";

/** What a piece is marked with besides its words. */
export const marksOf = (userId: string, collection: string): readonly string[] => [
  LEXEMES_MARK,
  markOf(userId, null),
  markOf(userId, collection),
];

/** What all pieces of a user, or of one of the user's collections, have in common; no word begins like it. */
export const markOf = (userId: string, collection: string | null): string => {
  const name = JSON.stringify(collection === null ? [userId] : [userId, collection]);
  return `@${createHash("sha256").update(name).digest("base64url").slice(0, 16)}`;
};

/** Lexemes to look for, all of them in one piece, and what that is worth beside the others, rarity apart. */
interface Sought {
  readonly lexemes: readonly string[];
  readonly weight: number;
}

/** Each costs a look into the index. */
const MOST_SOUGHT = 32;
/** Of a question as long as a book, the beginning is enough to fill them. */
const LONGEST_QUERY = 2_000;
/** All parts of a word together, beside the word. */
const PARTS_WEIGHT = 0.6;

/** The terms of a query without those that are in every question; all of them when there are no others. */
export const queryTerms = (text: string): readonly Term[] => {
  const terms = termsOf(text.slice(0, LONGEST_QUERY));
  const telling = terms.filter(({ forms }) => !forms.some((form) => stopWords.has(form)));
  return telling.length > 0 ? telling : terms;
};

/**
 * A word is sought without its ending: wherever it stands with that ending, it lies in the index without it too. Words that
 * are in more pieces than are looked at may meet in one of the others, so all together are sought as well.
 */
export const soughtIn = (terms: readonly Term[]): readonly Sought[] => {
  const weights = new Map<string, number>();
  const seek = (lexeme: string, weight: number): void => {
    if (weights.has(lexeme) || weights.size < MOST_SOUGHT)
      weights.set(lexeme, Math.max(weight, weights.get(lexeme) ?? 0));
  };
  const stems = [...new Set(terms.flatMap(({ forms }) => forms.slice(-1)))];
  for (const stem of stems) seek(stem, 1);
  for (const { parts } of terms) {
    // A single letter or digit is everywhere.
    for (const part of parts.filter(({ length }) => length > 1)) seek(part, PARTS_WEIGHT / parts.length);
  }
  const single = Array.from(weights, ([lexeme, weight]) => ({ lexemes: [lexeme], weight }));
  return stems.length > 1 ? [...single, { lexemes: stems.slice(0, MOST_SOUGHT), weight: 1 }] : single;
};

/** A text cast to `tsquery`: all of these lexemes, letter for letter. */
export const tsqueryOf = (...lexemes: readonly string[]): string => lexemes.map(quoted).join(" & ");

const quoted = (lexeme: string): string => `'${lexeme.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
