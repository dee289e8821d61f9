import { type EmbeddingModel, MAX_TEXT, type Vector } from "./contract.ts";
import { addFeatures } from "./features.ts";

const DIMENSION = 512;
/**
 * It matches what words match, and less well: with full weight, it pushes down what words have found
 * (bench/RETRIEVAL.md).
 */
const TRUST = 0.5;
/** How much it computes before the event loop gets a turn, in characters: some 3 ms. */
const CHARS_PER_TURN = 5_000;

/**
 * The built-in embedding: no model, no key, and the same vector everywhere and forever. It compares words and pieces of
 * words, not meanings: "lorry" and "truck" are unrelated, "재고" and "재고는" are not.
 */
export const builtinEmbedding = (): EmbeddingModel => ({
  // Increase the number whenever the vectors change, so that stored ones are recomputed.
  id: "builtin:1",
  dimension: DIMENSION,
  trust: TRUST,
  embed: async (texts, _purpose, signal) => {
    const vectors: Vector[] = [];
    let done = 0;
    for (const text of texts) {
      signal.throwIfAborted();
      vectors.push(vectorOf(text.slice(0, MAX_TEXT)));
      done += text.length;
      if (done < CHARS_PER_TURN) continue;
      done = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return vectors;
  },
});

/**
 * Feature hashing (Weinberger, Dasgupta, Langford, Smola, Attenberg: "Feature Hashing for Large Scale Multitask
 * Learning", ICML 2009, https://arxiv.org/abs/0902.2206). Each feature adds its weight to one element of the vector,
 * with a sign, both taken from its hash, so that collisions cancel out on average. Repetition counts as 1 + ln n. The
 * vector has length 1.
 */
const vectorOf = (text: string): Vector => {
  const vector = new Float64Array(DIMENSION);
  addFeatures(text, (hash, count, weight) => {
    const value = weight * (1 + Math.log(count));
    const at = (hash >>> 1) % DIMENSION;
    vector[at] = (vector[at] ?? 0) + (hash & 1 ? value : -value);
  });
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (length > 0) return Array.from(vector, (value) => value / length);
  // The text is blank, or its few features cancel out completely. In the second case the vector is like no other, but
  // not zero.
  if (text.trim() !== "") vector[0] = 1;
  return Array.from(vector);
};
