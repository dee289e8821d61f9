import type { Document, Passage, Table } from "../../domain/document.ts";

/**
 * Users' documents and search over their chunks: always by words, and by vectors where the database supports them.
 *
 * All text passes through `storable` before it is written, so that one character cannot fail a batch. A call never
 * returns another user's documents: what is not the user's is null, false or absent, as if it had never existed.
 */
export interface DocumentStore {
  /**
   * Stores a document, all or nothing: `list` and `search` return it once its last chunk is written. `batches` is
   * consumed one batch at a time, so that a caller can embed one while it holds no other. If the iterator throws or
   * aborts, `put` rethrows and leaves nothing behind. A batch is written in short statements, whatever its length.
   *
   * `isNew` is false when the user's collection already holds this `contentHash` (of several concurrent puts, one
   * wins). Nothing is written then, and `document` is the existing one.
   */
  put(document: DocumentDraft, batches: Iterable<ChunkBatch> | AsyncIterable<ChunkBatch>): Promise<Put>;
  /** Returns the document that `put` would find. Call it before embedding. */
  find(userId: string, collection: string, contentHash: string): Promise<Document | null>;
  get(userId: string, documentId: string): Promise<Document | null>;
  /**
   * Newest first, at most `limit`; fewer when a page of their metadata is full (`fillsPage`). The next page begins
   * after the last document of this one.
   */
  list(userId: string, page: DocumentPage): Promise<readonly Document[]>;
  /** Removes the document and everything that belongs to it. False when there was none. */
  delete(userId: string, documentId: string): Promise<boolean>;
  /** Best first, at most `limit`; empty when nothing matches. Any text is a valid query; none is a syntax error. */
  search(userId: string, search: DocumentSearch): Promise<readonly Found[]>;
  /**
   * Returns the first `maxRows` rows of a document that is a table. Null when it is not a table or no longer exists.
   */
  table(userId: string, documentId: string, maxRows: number): Promise<Table | null>;

  /**
   * Rebuilds the lexemes of chunks that were stored before the lexeme rules changed, in key order, after `after`.
   * Returns the keys of the chunks it renewed, at most `limit`; empty when none is left.
   */
  renewLexemes(after: ChunkKey | null, limit: number): Promise<readonly ChunkKey[]>;
  /** Returns those of these documents whose last chunk has a vector of this model: chunks get theirs in order. */
  embedded(userId: string, documentIds: readonly string[], model: string): Promise<ReadonlySet<string>>;
  /** Counts the chunks of all users by embedding model, the most used first. */
  embeddings(): Promise<readonly EmbeddingCount[]>;
  /** Returns chunks of all users that have no vector of this model and dimension, in key order, after `after`. */
  unembedded(model: string, dimension: number, after: ChunkKey | null, limit: number): Promise<readonly BareChunk[]>;
  /** Replaces the vectors of chunks; skips chunks that no longer exist. Returns how many chunks have theirs. */
  setEmbeddings(model: string, vectors: readonly ChunkVector[]): Promise<number>;
  /** What this database supports. Cheap: one short statement at most. */
  capabilities(): Promise<SearchCapabilities>;
}

export interface DocumentDraft extends Omit<Document, "chunks" | "createdAt"> {
  /** Identifies the content within the collection, such as its SHA-256 in hex. */
  readonly contentHash: string;
  /** The header of a document that is a table; null for any other. */
  readonly columns: readonly string[] | null;
  /** The model that produced the chunks' vectors, such as `openai:text-embedding-3-small`. Null when they have none. */
  readonly model: string | null;
  readonly now: number;
}

/** Chunks in document order. */
export type ChunkBatch = readonly NewChunk[];

export interface NewChunk {
  /** The text that is shown and searched. */
  readonly content: string;
  /**
   * The headings above the chunk, the outermost first. They are searched like the content but with more weight, as is
   * the title.
   */
  readonly headings: readonly string[];
  /**
   * The chunk's location in the document, such as `{"page":3}`. In a passage it overrides the document's own metadata.
   */
  readonly metadata: Readonly<Record<string, unknown>>;
  /**
   * The rows in a chunk of a table, each as long as the header; a row is in one chunk only. Null when the chunk is
   * text.
   */
  readonly rows: readonly (readonly string[])[] | null;
  /**
   * Finite numbers, the same count for all chunks of a document (at most 16,000). Null when the chunk is found by words
   * alone. Dropped where the database has no vectors.
   */
  readonly vector: readonly number[] | null;
}

interface Put {
  readonly document: Document;
  readonly isNew: boolean;
}

interface DocumentPage {
  /** Null means all of the user's collections. */
  readonly collection: string | null;
  readonly limit: number;
  /** The last document of the previous page; null for the first page. */
  readonly after: Pick<Document, "documentId" | "createdAt"> | null;
}

export interface DocumentSearch {
  /**
   * The query as the user asked it; empty to search by the vector alone. Of a very long query, only the beginning
   * counts.
   */
  readonly text: string;
  /** The query as a vector, compared only with chunks of the same model and dimension. Null means by words alone. */
  readonly embedding: Embedding | null;
  /** Null means all of the user's collections. */
  readonly collection: string | null;
  readonly limit: number;
}

/** Vectors of different models or different lengths are never compared. */
export interface Embedding {
  readonly model: string;
  readonly vector: readonly number[];
  /** The weight of the order by this vector, relative to the order by words, which weighs 1. */
  readonly trust: number;
}

/** A passage and how it was found. The order comes from reciprocal rank fusion; `score` is on a scale of its own. */
export interface Found extends Passage {
  /** The chunk's position in its document, from 0. */
  readonly ordinal: number;
  /**
   * `score` is the share of the query that the chunk's words cover, with rare words counting more. Null when not found
   * by words.
   */
  readonly lexical: Rank | null;
  /** `score` is the cosine. Null when not found by the vector. */
  readonly vector: Rank | null;
}

interface Rank {
  /** From 1. */
  readonly rank: number;
  readonly score: number;
}

/** `model` and `dimension` are null for chunks without a vector. */
export interface EmbeddingCount {
  readonly model: string | null;
  readonly dimension: number | null;
  readonly chunks: number;
}

export interface ChunkKey {
  readonly userId: string;
  readonly documentId: string;
  readonly ordinal: number;
}

/** The text that a chunk's vector is computed from. */
export interface BareChunk extends ChunkKey {
  readonly title: string;
  readonly headings: readonly string[];
  readonly content: string;
}

export interface ChunkVector extends ChunkKey {
  readonly vector: readonly number[];
}

export interface SearchCapabilities {
  readonly vectors: boolean;
  /** Why there are no vectors, with the remedy, for the health endpoint. Null when there are. */
  readonly reason: string | null;
}
