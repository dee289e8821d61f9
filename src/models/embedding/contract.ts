/** What a text is embedded for: some models place a question near its answers only when they are told which is which. */
export type EmbeddingPurpose = "document" | "query";

/**
 * A model that turns texts into vectors whose cosine says how alike they are. Whatever goes wrong is thrown as a
 * ModelError (or the signal's reason), never anything else.
 */
export interface EmbeddingModel {
  /** As it is configured, such as `openai:text-embedding-3-small` or `builtin`. Vectors of different ids are never compared. */
  readonly id: string;
  /** How much its order counts where words have found one too: 1 for a model that knows meanings, less for one that does not. */
  readonly trust: number;
  /** How long its vectors are. Null: not known until the first call has returned. */
  readonly dimension: number | null;
  /**
   * One vector for each text, in their order: finite numbers, all equally many, never all zero unless the text is blank.
   * Of a very long text the beginning counts (`MAX_TEXT` characters). Any number of texts; none make no call.
   */
  embed(texts: readonly string[], purpose: EmbeddingPurpose, signal: AbortSignal): Promise<readonly Vector[]>;
}

export type Vector = readonly number[];

/** The most of a text that is embedded, in characters: about 8,000 tokens of Korean are what the largest models take. */
export const MAX_TEXT = 6_000;
