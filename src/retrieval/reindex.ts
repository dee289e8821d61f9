import type { EmbeddingModel } from "../models/embedding/contract.ts";
import type { ChunkKey, DocumentStore } from "../store/documents/contract.ts";
import { embeddedText } from "./embedded-text.ts";
import { vectorCoverage } from "./vector-coverage.ts";

/** Chunks embedded and written at a time, and so the most that an interruption loses. */
const BATCH = 64;

interface Progress {
  readonly done: number;
  readonly total: number;
}

/**
 * Gives every chunk without one a vector of this model, for all users, and reports progress after each batch. It may be
 * interrupted at any time and started again: finished batches stay. Returns how many chunks it has embedded. Throws a
 * ModelError, the store's error, or the signal's reason.
 */
export const reindex = async (
  { documents, embedding }: { readonly documents: DocumentStore; readonly embedding: EmbeddingModel },
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<number> => {
  if ((await documents.embeddings()).length === 0) return 0;
  const dimension = await dimensionOf(embedding, signal);
  const { behind: total } = await vectorCoverage(documents, { id: embedding.id, dimension });
  let done = 0;
  let after: ChunkKey | null = null;
  for (;;) {
    signal.throwIfAborted();
    const batch = await documents.unembedded(embedding.id, dimension, after, BATCH);
    const last = batch.at(-1);
    if (last === undefined) return done;
    const vectors = await embedding.embed(batch.map(embeddedText), "document", signal);
    const keyed = batch.map(({ userId, documentId, ordinal }, at) => ({
      userId,
      documentId,
      ordinal,
      vector: vectors[at] ?? [],
    }));
    done += await documents.setEmbeddings(embedding.id, keyed);
    after = { userId: last.userId, documentId: last.documentId, ordinal: last.ordinal };
    onProgress({ done, total: Math.max(done, total) });
  }
};

/**
 * Recomputes the lexemes of every chunk that was ingested before the rules for words changed, for all users. It may be
 * interrupted, as `reindex`. Returns how many chunks it has renewed. Throws the store's error, or the signal's reason.
 */
export const renewWords = async (
  documents: Pick<DocumentStore, "renewLexemes">,
  signal: AbortSignal,
): Promise<number> => {
  let done = 0;
  let after: ChunkKey | null = null;
  for (;;) {
    signal.throwIfAborted();
    const batch: readonly ChunkKey[] = await documents.renewLexemes(after, BATCH);
    const last = batch.at(-1);
    if (last === undefined) return done;
    done += batch.length;
    after = last;
  }
};

/** When a model does not state the length of its vectors, one is requested. */
const dimensionOf = async (embedding: EmbeddingModel, signal: AbortSignal): Promise<number> => {
  if (embedding.dimension !== null) return embedding.dimension;
  const [vector = []] = await embedding.embed(["yeoul"], "query", signal);
  return vector.length;
};
