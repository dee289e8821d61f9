import type { Term } from "./terms.ts";

/** The k of Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009. */
const K = 60;

/** Things by their keys, the best first, and how much the order is trusted: 1 is as much as the search by words. */
export interface Order {
  readonly keys: readonly string[];
  readonly trust: number;
}

/**
 * Several orders of the same things as one, the best first: each thing gets trust / (60 + rank) from every order that it is
 * in. Only places count, so that scores of different kinds need no common scale. Equal sums keep the order they were met in.
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

/** How rare a lexeme is among `total` pieces of which `holding` hold it: Robertson and Spärck Jones, kept positive. */
export const rarityOf = (holding: number, total: number): number =>
  Math.log(1 + (Math.max(0, total - holding) + 0.5) / (holding + 0.5));

/** A term that is only found in parts says about half as much. */
const PARTS_WORTH = 0.5;

/**
 * The share of a query, from 0 to 1, that a text's lexemes cover, each term counting as much as it is rare. 0 for a query
 * without terms.
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

/** How much of a word's characters is in one of the parts. */
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
 * How well a text answers, from 0 to 1, on the same scale for any query: what its words cover and how near its vector lies,
 * half and half. Either alone where the other was not asked (null).
 */
export const scoreOf = (coverage: number | null, cosine: number | null): number => {
  const near = cosine === null ? null : Math.min(1, Math.max(0, cosine));
  if (near === null) return coverage ?? 0;
  return coverage === null ? near : (coverage + near) / 2;
};
