import type { System } from "../../domain/system.ts";
import { ModelError } from "../contract.ts";
import { garbage } from "../failure.ts";
import type { ModelLogger } from "../logger.ts";
import { retryDelay } from "../retry.ts";
import { type EmbeddingModel, type EmbeddingPurpose, MAX_TEXT, type Vector } from "./contract.ts";

/** Texts in one call; Google takes 100 at most. */
const MAX_TEXTS = 96;
/** Characters in one call: OpenAI takes 300,000 tokens, and a Korean character may be two. */
const MAX_CHARS = 100_000;

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
  readonly system: System;
  readonly logger: ModelLogger;
}

/**
 * An embedding model behind a provider. It sends texts in batches, one after another, and retries a batch that fails
 * for a reason that may pass (`retryDelay`). It checks the result: as many vectors as texts, always the same length,
 * all numbers.
 */
export const providerEmbedding = ({ id, call, system, logger }: ProviderOptions): EmbeddingModel => {
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
        const delayMs = retryDelay(attempt, error, system.random());
        if (delayMs === null) {
          // A search goes on without vectors, and an upload is refused: neither logs the error.
          logger.failed(error);
          throw error;
        }
        logger.retry({ model: id, attempt, delayMs, error });
        await system.sleep(delayMs, signal);
      }
    }
  };
  return {
    id,
    trust: 1,
    get dimension() {
      return dimension;
    },
    embed: async (texts, purpose, signal) => {
      const vectors: Vector[] = [];
      for (const batch of batchesOf(texts.map(bounded))) vectors.push(...(await retried(batch, purpose, signal)));
      return vectors;
    },
  };
};

/** No provider accepts an empty text. */
const bounded = (text: string): string => text.slice(0, MAX_TEXT).toWellFormed() || " ";

function* batchesOf(texts: readonly string[]): Generator<readonly string[], void, void> {
  let batch: string[] = [];
  let chars = 0;
  for (const text of texts) {
    if (batch.length === MAX_TEXTS || (batch.length > 0 && chars + text.length > MAX_CHARS)) {
      yield batch;
      batch = [];
      chars = 0;
    }
    batch.push(text);
    chars += text.length;
  }
  if (batch.length > 0) yield batch;
}

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
