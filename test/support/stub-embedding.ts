import { builtinEmbedding } from "../../src/models/embedding/builtin.ts";
import type { EmbeddingModel } from "../../src/models/embedding/contract.ts";

export interface StubEmbedding extends EmbeddingModel {
  /** The number of texts in each call. */
  readonly calls: number[];
}

/** The built-in embedding under another name; `before` runs before each call and may fail it. */
export const stubEmbedding = (
  id = "stub",
  before: (call: number, signal: AbortSignal) => void = () => {},
): StubEmbedding => {
  const model = builtinEmbedding();
  const calls: number[] = [];
  return {
    id,
    dimension: model.dimension,
    trust: model.trust,
    calls,
    embed: async (texts, purpose, signal) => {
      calls.push(texts.length);
      before(calls.length, signal);
      return await model.embed(texts, purpose, signal);
    },
  };
};
