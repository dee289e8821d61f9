import { normalized } from "../../domain/normalized.ts";
import { stopWords } from "../../domain/stop-words.ts";
import { stemOf } from "./stem.ts";

/** A run of letters and digits. */
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const HANGUL = /[가-힣]/;

/** A Latin word carries more meaning than its pieces; Korean words are short, and their pieces carry as much. */
const WORD_WEIGHT = 2;
const WEIGHT = 1;

/**
 * Calls `add` once for each feature of a text with its hash, its count and its weight. Features are the words without
 * their endings, except stop words (there is no corpus here to measure how common a word is), and pieces of words. The
 * pieces are the syllables and pairs of syllables of Hangul (which are independent of the placement of spaces), and
 * three letters each of other scripts, with the ends of the word marked. The width and case of letters do not count,
 * nor does whether Hangul is composed. Longer pieces, and words with their endings, were tried: the collisions that
 * they cause outweigh what they add.
 */
export const addFeatures = (text: string, add: (hash: number, count: number, weight: number) => void): void => {
  const plain = normalized(text, "NFKC").toLowerCase();
  const words = Array.from(plain.matchAll(WORD), ([word]) => word);
  const contentWords = words.filter((word) => !stopWords.has(word));
  const heavy = new Map<number, number>();
  const light = new Map<number, number>();
  for (const word of contentWords.length > 0 ? contentWords : words) {
    const stem = stemOf(word);
    if (HANGUL.test(word)) {
      count(light, hashOf(stem, WORD_SEED));
      countNgrams(light, stem, 1);
      countNgrams(light, stem, 2);
    } else {
      count(heavy, hashOf(stem, WORD_SEED));
      if (!/^\d+$/.test(word)) countNgrams(light, `<${stem}>`, 3);
    }
  }
  // Only punctuation and symbols.
  if (words.length === 0) countNgrams(light, plain.replace(/\s+/g, ""), 1);
  for (const [hash, times] of heavy) add(hash, times, WORD_WEIGHT);
  for (const [hash, times] of light) add(hash, times, WEIGHT);
};

const count = (counts: Map<number, number>, hash: number): void => void counts.set(hash, (counts.get(hash) ?? 0) + 1);

const countNgrams = (counts: Map<number, number>, text: string, length: number): void => {
  for (let at = 0; at + length <= text.length; at++) count(counts, hashOf(text, NGRAM_SEED, at, at + length));
};

/**
 * The initial hash values: FNV's own offset, and another, so that a word and the same letters in a longer word differ.
 */
const NGRAM_SEED = 0x811c9dc5;
const WORD_SEED = 0x9747b28c;

/**
 * FNV-1a over UTF-16 units, with its bits mixed once more, because both ends of the number are used. 32 bits, unsigned.
 */
const hashOf = (text: string, seed: number, from = 0, to = text.length): number => {
  let hash = seed;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
};
