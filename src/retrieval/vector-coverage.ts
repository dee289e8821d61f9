import type { System } from "../domain/system.ts";
import type { EmbeddingModel } from "../models/embedding/contract.ts";
import type { DocumentStore } from "../store/documents/contract.ts";

/** How much of the stored documents can be searched by a model's vectors. */
export interface VectorCoverage {
  /** Null when the database can compare vectors; otherwise the reason and the remedy. */
  readonly noVectorsReason: string | null;
  readonly chunks: number;
  /** Chunks without a vector of the model, which are found by full text alone. */
  readonly behind: number;
}

/** Counts all chunks: for a start, an occasional health check or a reindexing, not for every search. */
export const vectorCoverage = async (
  documents: DocumentStore,
  { id, dimension }: Pick<EmbeddingModel, "id" | "dimension">,
): Promise<VectorCoverage> => {
  const { vectors, reason } = await documents.capabilities();
  const counts = await documents.embeddings();
  const sum = (items: typeof counts) => items.reduce((total, { chunks }) => total + chunks, 0);
  // Before its first call a provider's model does not state the length of its vectors; most of the stored ones have the
  // right one.
  const length = dimension ?? counts.find(({ model }) => model === id)?.dimension;
  const current = counts.filter((count) => count.model === id && count.dimension === length);
  return {
    noVectorsReason: vectors ? null : (reason ?? "the database does not support vectors"),
    chunks: sum(counts),
    behind: sum(counts) - sum(current),
  };
};

/** How long a count is valid: probes come every few seconds, and it reads every chunk. */
const GOOD_FOR_MS = 60_000;

/** The health endpoint's check of retrieval. */
export class RetrievalHealth {
  #last: { readonly at: number; readonly words: Promise<string> } | undefined;

  constructor(
    private readonly parts: {
      readonly documents: DocumentStore;
      readonly embedding: EmbeddingModel;
      readonly system: System;
    },
  ) {}

  /** Returns `ok`, or what is missing and the remedy; at most a minute old. Never throws. */
  look(): Promise<string> {
    const { documents, embedding, system } = this.parts;
    const now = system.now();
    if (this.#last === undefined || now - this.#last.at > GOOD_FOR_MS) {
      const words = vectorCoverage(documents, embedding).then(describeCoverage, () => {
        this.#last = undefined;
        return "unknown while the database cannot be reached";
      });
      this.#last = { at: now, words };
    }
    return this.#last.words;
  }
}

const describeCoverage = ({ noVectorsReason, chunks, behind }: VectorCoverage): string => {
  if (noVectorsReason !== null && chunks === 0)
    return `documents will be searched by full text only: ${noVectorsReason}`;
  if (noVectorsReason !== null) return `documents are found by full-text search only: ${noVectorsReason}`;
  if (behind === 0) return "ok";
  return `${behind} of ${chunks} chunks are found by full-text search only because they have no vectors of EMBEDDING_MODEL: run yeoul reindex`;
};
