import { realSystem } from "../../src/domain/system.ts";
import type { DocumentDraft, DocumentSearch, NewChunk } from "../../src/store/documents/contract.ts";

/** A document with its own id and content, without embeddings. */
export const draft = (userId: string, change: Partial<DocumentDraft> = {}): DocumentDraft => {
  const documentId = realSystem.id();
  return {
    documentId,
    userId,
    collection: "default",
    title: "창고 안내",
    mediaType: "text/plain",
    metadata: { source: "test" },
    contentHash: documentId,
    columns: null,
    model: null,
    now: 1_000,
    ...change,
  };
};

/** A chunk under no heading. */
export const chunk = (content: string, change: Partial<NewChunk> = {}): NewChunk => ({
  content,
  headings: [],
  metadata: {},
  rows: null,
  vector: null,
  ...change,
});

/** A full-text search without vectors. */
export const words = (text: string, change: Partial<DocumentSearch> = {}): DocumentSearch => ({
  text,
  embedding: null,
  collection: null,
  limit: 5,
  ...change,
});
