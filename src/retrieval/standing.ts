import type { System } from "../domain/system.ts";
import type { EmbeddingModel } from "../models/embedding/contract.ts";
import type { DocumentStore } from "../store/documents/contract.ts";

/** How far what is stored can be searched by the vectors of a model. */
export interface Standing {
  /** Null: the database can compare vectors. Else why not, with the remedy. */
  readonly noVectors: string | null;
  readonly chunks: number;
  /** Pieces that have no vector of the model: they are found by words alone. */
  readonly behind: number;
}

/** Counts all pieces: for a start, a health check now and then, a reindexing; not for every search. */
export const standingOf = async (
  documents: DocumentStore,
  { id, dimension }: Pick<EmbeddingModel, "id" | "dimension">,
): Promise<Standing> => {
  const { vectors, reason } = await documents.capabilities();
  const counts = await documents.embeddings();
  const sum = (items: typeof counts) => items.reduce((total, { chunks }) => total + chunks, 0);
  // Before its first call a provider's model does not say how long its vectors are: most of those stored will be right.
  const length = dimension ?? counts.find(({ model }) => model === id)?.dimension;
  const current = counts.filter((count) => count.model === id && count.dimension === length);
  return {
    noVectors: vectors ? null : (reason ?? "the database has no vectors"),
    chunks: sum(counts),
    behind: sum(counts) - sum(current),
  };
};

/** How long a count is good for: probes come every few seconds, and it looks at every piece. */
const GOOD_FOR_MS = 60_000;

/** What the health endpoint says of retrieval. */
export class RetrievalCheck {
  #last: { readonly at: number; readonly words: Promise<string> } | undefined;

  constructor(
    private readonly parts: {
      readonly documents: DocumentStore;
      readonly embedding: EmbeddingModel;
      readonly system: System;
    },
  ) {}

  /** `ok`, or what is missing and what mends it; at most a minute old. Never throws. */
  look(): Promise<string> {
    const { documents, embedding, system } = this.parts;
    const now = system.now();
    if (this.#last === undefined || now - this.#last.at > GOOD_FOR_MS) {
      const words = standingOf(documents, embedding).then(wordsFor, () => {
        this.#last = undefined;
        return "unknown while the database cannot be reached";
      });
      this.#last = { at: now, words };
    }
    return this.#last.words;
  }
}

const wordsFor = ({ noVectors, chunks, behind }: Standing): string => {
  if (noVectors !== null) return `documents are found by words alone: ${noVectors}`;
  if (behind === 0) return "ok";
  return `${behind} of ${chunks} pieces of documents are found by words alone, EMBEDDING_MODEL has changed: run yeoul reindex`;
};
