/**
 * What a text is embedded for: some models place a question near its answers only when the call states which is which.
 */
export type EmbeddingPurpose = "document" | "query";

/**
 * A model that turns texts into vectors whose cosine is their similarity. Every failure is thrown as a ModelError (or
 * the signal's reason), never anything else.
 */
export interface EmbeddingModel {
  /**
   * As configured, such as `openai:text-embedding-3-small` or `builtin`. Vectors of different ids are never compared.
   */
  readonly id: string;
  /**
   * The weight of its order relative to the order by words: 1 for a model that represents meanings, less for one that
   * does not.
   */
  readonly trust: number;
  /** The length of its vectors. Null until the first call has returned, when it is not known before. */
  readonly dimension: number | null;
  /**
   * Returns one vector for each text, in order: finite numbers, all the same count, never all zero unless the text is
   * blank. Of a very long text the beginning counts (`MAX_TEXT` characters). Takes any number of texts; for none it
   * makes no call.
   */
  embed(texts: readonly string[], purpose: EmbeddingPurpose, signal: AbortSignal): Promise<readonly Vector[]>;
}

export type Vector = readonly number[];

/** The most of a text that is embedded, in characters: the largest models take about 8,000 tokens of Korean. */
export const MAX_TEXT = 6_000;
