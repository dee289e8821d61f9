/** The damping factor of PageRank, which the paper uses too. */
const DAMPING = 0.85;
/** By then ranks have converged: remaining changes are far below the differences between sentences. */
const ROUNDS = 30;

/**
 * Returns how central each sentence is among the others: Mihalcea and Tarau, "TextRank: Bringing Order into Texts",
 * EMNLP 2004, §4. Sentences are sets of words. The similarity of two is the number of shared words, divided by the sum
 * of the logarithms of their lengths. Quadratic in the number of sentences: two hundred take some 20 ms.
 */
export const textRank = (sentences: readonly ReadonlySet<string>[]): readonly number[] => {
  const ties = sentences.map((one, at) => sentences.map((other, to) => (at === to ? 0 : likeness(one, other))));
  const given = ties.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  let ranks = sentences.map(() => 1);
  for (let round = 0; round < ROUNDS; round++) {
    const shares = ranks.map((rank, at) => (given[at] ? rank / given[at] : 0));
    // The graph is undirected: a row also holds the incoming weights of its sentence.
    ranks = ties.map(
      (row) => 1 - DAMPING + DAMPING * row.reduce((sum, tie, from) => sum + tie * (shares[from] ?? 0), 0),
    );
  }
  return ranks;
};

/** A sentence of one word has a logarithm of 0, so it counts as one of two words. */
const likeness = (one: ReadonlySet<string>, other: ReadonlySet<string>): number => {
  const [short, long] = one.size < other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const word of short) if (long.has(word)) shared++;
  return shared === 0 ? 0 : shared / (Math.log(Math.max(2, one.size)) + Math.log(Math.max(2, other.size)));
};
