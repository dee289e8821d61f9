import { createHash } from "node:crypto";
import { stopWords } from "../../domain/stop-words.ts";
import { type Term, termsOf } from "../../domain/terms.ts";

/**
 * How terms are stored in Postgres: as lexemes that this file makes, in a tsvector. It does not use Postgres'
 * dictionaries, because they have no Korean and parse `ABC-12345` as a negative number. Postgres' limits
 * (https://www.postgresql.org/docs/18/textsearch-limitations.html) are respected here: `termsOf` bounds a lexeme's
 * bytes, and the count of lexemes bounds a tsvector to its megabyte.
 */

/**
 * Where a lexeme occurs decides what a hit is worth (`HIT_WEIGHTS`): A in a title or heading, B as a word, C as a part
 * of one.
 */
type Place = "A" | "B" | "C";
/** For `ts_rank`, which takes them in the order from D to A. */
export const HIT_WEIGHTS = "{0.1,0.4,0.7,1}";

const MOST_LEXEMES = 4_000;
/** `ts_rank` counts each further hit less and less: the fourth adds hardly anything. */
const MOST_HITS = 4;

/**
 * Returns a text to cast to `tsvector`. The marks let one index lookup find what is both a match for the word and this
 * user's.
 */
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

/**
 * In every chunk whose lexemes follow the current rules of this file and `termsOf`. Increment it whenever those rules
 * change.
 */
export const LEXEMES_MARK = "@2";

/** The marks of a chunk, besides its words. */
export const marksOf = (userId: string, collection: string): readonly string[] => [
  LEXEMES_MARK,
  markOf(userId, null),
  markOf(userId, collection),
];

/** The mark shared by all chunks of a user, or of one of the user's collections. No word begins like it. */
export const markOf = (userId: string, collection: string | null): string => {
  const name = JSON.stringify(collection === null ? [userId] : [userId, collection]);
  return `@${createHash("sha256").update(name).digest("base64url").slice(0, 16)}`;
};

/** Lexemes that must all be in one chunk, and the weight of that match relative to the others, before rarity. */
interface LexemeLookup {
  readonly lexemes: readonly string[];
  readonly weight: number;
}

/** Each costs an index lookup. */
const MAX_LOOKUPS = 32;
/** The beginning of a very long question is enough to fill the lookups. */
const LONGEST_QUERY = 2_000;
/** The weight of all parts of a word together, relative to the word. */
const PARTS_WEIGHT = 0.6;

/** Returns the terms of a query without stop words; all of them when there are no others. */
export const queryTerms = (text: string): readonly Term[] => {
  const terms = termsOf(text.slice(0, LONGEST_QUERY));
  const contentTerms = terms.filter(({ forms }) => !forms.some((form) => stopWords.has(form)));
  return contentTerms.length > 0 ? contentTerms : terms;
};

/**
 * A word is looked up without its ending: the index holds every word without its ending as well as with it. Each lookup
 * reads a bounded number of chunks, and words that are in more chunks than that may occur together in one that was not
 * read. So all words together are looked up as well.
 */
export const lookupsFor = (terms: readonly Term[]): readonly LexemeLookup[] => {
  const weights = new Map<string, number>();
  const addLookup = (lexeme: string, weight: number): void => {
    if (weights.has(lexeme) || weights.size < MAX_LOOKUPS)
      weights.set(lexeme, Math.max(weight, weights.get(lexeme) ?? 0));
  };
  const stems = [...new Set(terms.flatMap(({ forms }) => forms.slice(-1)))];
  for (const stem of stems) addLookup(stem, 1);
  for (const { parts } of terms) {
    // A single letter or digit is everywhere.
    for (const part of parts.filter(({ length }) => length > 1)) addLookup(part, PARTS_WEIGHT / parts.length);
  }
  const single = Array.from(weights, ([lexeme, weight]) => ({ lexemes: [lexeme], weight }));
  return stems.length > 1 ? [...single, { lexemes: stems.slice(0, MAX_LOOKUPS), weight: 1 }] : single;
};

/** Returns a text to cast to `tsquery` that requires all of these lexemes, letter for letter. */
export const tsqueryOf = (...lexemes: readonly string[]): string => lexemes.map(quoted).join(" & ");

const quoted = (lexeme: string): string => `'${lexeme.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
