import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { TextChunk } from "../src/reading/contract.ts";
import { openReader } from "../src/reading/reader.ts";

/** A document, read and split as it would be stored. */
export interface CorpusDocument {
  readonly title: string;
  readonly columns: readonly string[] | null;
  readonly chunks: readonly TextChunk[];
}

const FIXTURES = join(import.meta.dir, "../test/fixtures/retrieval");
/** The share of a copy's words that are replaced. */
const CHANGED = 0.3;
/** Number of invented words per language. Their frequencies fall as in real text (Zipf). */
const VOCABULARY = 15_000;

/**
 * Returns the documents of test/fixtures/retrieval, then copies of them until there are `size` chunks. In each copy
 * some words are replaced by invented ones and all numbers by others, so that no two chunks are equal and most words
 * are rare. Deterministic.
 */
export const corpus = async (size: number): Promise<readonly CorpusDocument[]> => {
  const originals = await readFixtures();
  const vary = variation();
  const documents: CorpusDocument[] = [];
  let chunks = 0;
  for (let copy = 0; chunks < size; copy++) {
    for (const original of originals) {
      const some = original.chunks.slice(0, size - chunks);
      if (some.length === 0) break;
      const varied = copy === 0 ? some : some.map((chunk) => ({ ...chunk, content: vary(chunk.content) }));
      documents.push({ ...original, chunks: varied });
      chunks += some.length;
    }
  }
  return documents;
};

const readFixtures = async (): Promise<readonly CorpusDocument[]> => {
  const { readChunks } = openReader();
  const { signal } = new AbortController();
  const documents: CorpusDocument[] = [];
  for (const language of ["ko", "en"]) {
    for (const name of readdirSync(join(FIXTURES, language)).sort()) {
      const bytes = await Bun.file(join(FIXTURES, language, name)).bytes();
      const { title, columns, chunks } = await readChunks({ name, mediaType: "", bytes }, { signal });
      documents.push({ title: title ?? name, columns, chunks });
    }
  }
  return documents;
};

const KOREAN = Array.from(
  "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토포호강남동산성전천해형화",
);
const ENGLISH = "ta ro mi ve lun ker sol dan pri ost bel gra ned fim qua zor wes hal jup".split(" ");

/** The linear congruential generator of Numerical Recipes: good enough to draw words with. */
const draw = (): (() => number) => {
  let seed = 7;
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
};

const variation = (): ((text: string) => string) => {
  const random = draw();
  const one = (of: readonly string[]): string => of[Math.floor(random() * of.length)] ?? "";
  const invent = (syllables: readonly string[]): readonly string[] =>
    Array.from({ length: VOCABULARY }, () =>
      Array.from({ length: 2 + Math.floor(random() * 3) }, () => one(syllables)).join(""),
    );
  const [korean, english] = [invent(KOREAN), invent(ENGLISH)];
  const common = (words: readonly string[]): string => words[Math.floor(VOCABULARY ** random()) - 1] ?? "";
  const other = (word: string): string => {
    if (/^\d/.test(word)) return String(Math.floor(random() * 10 ** Math.min(word.length, 9)));
    if (random() > CHANGED) return word;
    // The ending of a Korean word is mostly a particle, and is left as it is.
    return /^[가-힣]/.test(word) ? common(korean) + (word.length > 2 ? word.slice(-1) : "") : common(english);
  };
  return (text) => text.replaceAll(/[가-힣]{2,}|[A-Za-z]{4,}|\d+/g, other);
};
