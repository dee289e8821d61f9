/** The share of its rank that a sentence gives on; PageRank's own, which the paper keeps. */
const DAMPING = 0.85;
/** Ranks have settled by then: what still moves is far below what parts two sentences. */
const ROUNDS = 30;

/**
 * How much each sentence says of what the others say: Mihalcea and Tarau, "TextRank: Bringing Order into Texts", EMNLP 2004,
 * §4. Sentences are sets of words; two are as alike as the words that they share, over the logarithms of their lengths.
 * Quadratic in their number: two hundred take some 20 ms.
 */
export const textRank = (sentences: readonly ReadonlySet<string>[]): readonly number[] => {
  const ties = sentences.map((one, at) => sentences.map((other, to) => (at === to ? 0 : likeness(one, other))));
  const given = ties.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  let ranks = sentences.map(() => 1);
  for (let round = 0; round < ROUNDS; round++) {
    const shares = ranks.map((rank, at) => (given[at] ? rank / given[at] : 0));
    // Ties go both ways: a row holds what its sentence is given as well.
    ranks = ties.map(
      (row) => 1 - DAMPING + DAMPING * row.reduce((sum, tie, from) => sum + tie * (shares[from] ?? 0), 0),
    );
  }
  return ranks;
};

/** A sentence of one word has a logarithm of 0; it is taken for one of two. */
const likeness = (one: ReadonlySet<string>, other: ReadonlySet<string>): number => {
  const [short, long] = one.size < other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const word of short) if (long.has(word)) shared++;
  return shared === 0 ? 0 : shared / (Math.log(Math.max(2, one.size)) + Math.log(Math.max(2, other.size)));
};
