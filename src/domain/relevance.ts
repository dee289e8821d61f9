import type { Term } from "./terms.ts";

/**
 * The k of Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
 * Methods", SIGIR 2009.
 */
const K = 60;

/** A ranking by keys, the best first, and its weight: 1 is that of the full-text search. */
export interface Order {
  readonly keys: readonly string[];
  readonly trust: number;
}

/**
 * Merges several rankings of the same items into one, the best first: each item gets trust / (60 + rank) from every
 * ranking that holds it. Only ranks count, so scores of different kinds need no common scale. Equal sums stay in the
 * order in which they were first met.
 */
export const fuse = (orders: readonly Order[]): readonly string[] => {
  const sums = new Map<string, number>();
  for (const { keys, trust } of orders) {
    for (const [index, key] of keys.entries()) sums.set(key, (sums.get(key) ?? 0) + trust / (K + index + 1));
  }
  return Array.from(sums)
    .sort(([, one], [, other]) => other - one)
    .map(([key]) => key);
};

/** How rare a lexeme is when `frequency` of `total` chunks hold it: Robertson and Spärck Jones, kept positive. */
export const rarityOf = (frequency: number, total: number): number =>
  Math.log(1 + (Math.max(0, total - frequency) + 0.5) / (frequency + 0.5));

/** A term that is found only in parts counts about half. */
const PARTS_WORTH = 0.5;

/**
 * The share of a query, from 0 to 1, that a text's lexemes cover. Each term counts by its rarity. 0 for a query without
 * terms.
 */
export const coverageOf = (
  terms: readonly Term[],
  lexemes: ReadonlySet<string>,
  rarity: (lexeme: string) => number,
): number => {
  let covered = 0;
  let whole = 0;
  for (const { forms, parts } of terms) {
    const stem = forms.at(-1) ?? "";
    const worth = rarity(stem);
    whole += worth;
    if (forms.some((form) => lexemes.has(form))) covered += worth;
    else {
      const met = parts.filter((part) => lexemes.has(part));
      covered += worth * PARTS_WORTH * shareOf(stem, met);
    }
  }
  return whole === 0 ? 0 : covered / whole;
};

/** The share of a word's characters that the parts cover. */
const shareOf = (word: string, parts: readonly string[]): number => {
  const inside = new Set<number>();
  for (const part of parts) {
    for (let at = word.indexOf(part); at >= 0; at = word.indexOf(part, at + 1)) {
      for (let offset = 0; offset < part.length; offset++) inside.add(at + offset);
    }
  }
  return word === "" ? 0 : inside.size / word.length;
};

/**
 * How well a text answers, from 0 to 1, on the same scale for any query: half from the words it covers, half from how
 * near its vector is. When one of the two was not searched (null), the other counts alone.
 */
export const scoreOf = (coverage: number | null, cosine: number | null): number => {
  const near = cosine === null ? null : Math.min(1, Math.max(0, cosine));
  if (near === null) return coverage ?? 0;
  return coverage === null ? near : (coverage + near) / 2;
};
