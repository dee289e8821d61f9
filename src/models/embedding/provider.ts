import type { System } from "../../domain/system.ts";
import { ModelError } from "../contract.ts";
import { garbage } from "../failure.ts";
import type { ModelLogger } from "../logger.ts";
import { retryDelay } from "../retry.ts";
import type { EmbeddingModel, EmbeddingPurpose, Vector } from "./contract.ts";
import { EmbeddingLimits, isTooMuch } from "./limits.ts";

/**
 * One call, with as many texts as the caller assumes the provider to accept. Throws a ModelError, or the signal's
 * reason.
 */
export type EmbeddingCall = (
  texts: readonly string[],
  purpose: EmbeddingPurpose,
  signal: AbortSignal,
) => Promise<readonly Vector[]>;

export interface ProviderOptions {
  readonly id: string;
  readonly call: EmbeddingCall;
  /** The most texts that the provider is known to take in a call. */
  readonly maxTexts: number;
  readonly system: System;
  readonly logger: ModelLogger;
}

/**
 * An embedding model behind a provider. It sends texts in batches that the server accepts (`EmbeddingLimits`), one after
 * another, and retries a batch that fails for a reason that may pass (`retryDelay`). It checks the result: as many vectors as texts, always the same length,
 * all numbers.
 */
export const providerEmbedding = ({ id, call, maxTexts, system, logger }: ProviderOptions): EmbeddingModel => {
  let dimension: number | null = null;
  const retried: EmbeddingCall = async (texts, purpose, signal) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const vectors = await call(texts, purpose, signal);
        dimension = checked(vectors, texts.length, dimension);
        return vectors;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        error.model = id;
        const delayMs = isTooMuch(error) ? null : retryDelay(attempt, error, system.random());
        if (delayMs === null) throw error;
        logger.retry({ model: id, attempt, delayMs, error });
        await system.sleep(delayMs, signal);
      }
    }
  };
  const limits = new EmbeddingLimits(maxTexts, retried, (learnt) => logger.limited({ model: id, ...learnt }));
  return {
    id,
    trust: 1,
    get dimension() {
      return dimension;
    },
    embed: async (texts, purpose, signal) => {
      try {
        return await limits.embed(texts, purpose, signal);
      } catch (error) {
        // A search goes on without vectors, and so does an upload: neither logs the error.
        if (error instanceof ModelError) logger.failed(error);
        throw error;
      }
    },
  };
};

/** Returns the length of the vectors; throws when they are invalid. */
const checked = (vectors: readonly Vector[], count: number, known: number | null): number => {
  const dimension = known ?? vectors[0]?.length ?? 0;
  if (vectors.length !== count) throw garbage(`${vectors.length} vectors for ${count} texts`);
  if (dimension === 0 || vectors.some((vector) => vector.length !== dimension))
    throw garbage("vectors of other lengths");
  if (vectors.some((vector) => !vector.every(Number.isFinite) || vector.every((value) => value === 0))) {
    throw garbage("vectors that are none");
  }
  return dimension;
};
