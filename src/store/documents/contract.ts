import type { Document, Passage, Table } from "../../domain/document.ts";

/**
 * Users' documents, and the search over their pieces: by words always, by vectors where the database can.
 *
 * All text passes through `storable` on its way in, so that no batch is lost to one character. Another user's documents
 * are never seen: what is not the user's is null, false or absent, just as what never was.
 */
export interface DocumentStore {
  /**
   * Takes a document in, all or nothing: it is seen, by `list` and by `search`, once its last piece is written. `batches`
   * are asked for one after another, so that a caller may embed one while nothing else is held; what they throw, or an
   * abort of theirs, is thrown on and nothing is left behind. A batch is written in short statements, whatever its length.
   *
   * `isNew` false: the user's collection holds this `contentHash` already (of several that come at once, one is kept);
   * nothing was written, and `document` is the one that is there.
   */
  put(document: DocumentDraft, batches: Iterable<ChunkBatch> | AsyncIterable<ChunkBatch>): Promise<Put>;
  /** The document that `put` would find there: ask before embedding. */
  find(userId: string, collection: string, contentHash: string): Promise<Document | null>;
  get(userId: string, documentId: string): Promise<Document | null>;
  /** Newest first, at most `limit`; fewer when a page of their metadata is full (`fillsPage`). The next page begins after the last document of this one. */
  list(userId: string, page: DocumentPage): Promise<readonly Document[]>;
  /** Removes the document with all that belongs to it. False: there was none. */
  delete(userId: string, documentId: string): Promise<boolean>;
  /** Best first, at most `limit`; empty when nothing answers. Any text is a query, none is a syntax error. */
  search(userId: string, search: DocumentSearch): Promise<readonly Found[]>;
  /** The first `maxRows` rows of a document that is a table. Null: it is none, or is gone. */
  table(userId: string, documentId: string, maxRows: number): Promise<Table | null>;

  /**
   * Makes the words of pieces anew that were taken in before the rules for words changed, in the order of their keys, from
   * behind `after`. Returns the keys of at most `limit` that it has renewed; empty: none is left.
   */
  renewLexemes(after: ChunkKey | null, limit: number): Promise<readonly ChunkKey[]>;
  /** What the pieces of all users are embedded with: the most used first. */
  embeddings(): Promise<readonly EmbeddingCount[]>;
  /** Pieces of all users that have no vector of this model and dimension, in the order of their keys, from behind `after`. */
  unembedded(model: string, dimension: number, after: ChunkKey | null, limit: number): Promise<readonly BareChunk[]>;
  /** Gives pieces a vector in place of the one that they had; those that are gone are passed over. Returns how many have it. */
  setEmbeddings(model: string, vectors: readonly ChunkVector[]): Promise<number>;
  /** What this database can do. Cheap: one short statement at most. */
  capabilities(): Promise<SearchCapabilities>;
}

export interface DocumentDraft extends Omit<Document, "chunks" | "createdAt"> {
  /** Names the content within the collection, such as its SHA-256 in hex. */
  readonly contentHash: string;
  /** The header of a document that is a table, null for any other. */
  readonly columns: readonly string[] | null;
  /** What made the pieces' vectors, such as `openai:text-embedding-3-small`. Null: they have none. */
  readonly model: string | null;
  readonly now: number;
}

/** Pieces in the order of the document. */
export type ChunkBatch = readonly NewChunk[];

export interface NewChunk {
  /** What is shown and searched. */
  readonly content: string;
  /** The headings that it stands under, the outermost first. Searched as the content is, with more weight; the title too. */
  readonly headings: readonly string[];
  /** Where in the document it stands, such as `{"page":3}`. A passage shows it over the document's own metadata. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The rows that a piece of a table holds, each as long as the header; a row is in one piece only. Null: it is text. */
  readonly rows: readonly (readonly string[])[] | null;
  /** Finite numbers, all of a document equally many (at most 16,000). Null: found by words alone. Dropped where the database has no vectors. */
  readonly vector: readonly number[] | null;
}

interface Put {
  readonly document: Document;
  readonly isNew: boolean;
}

interface DocumentPage {
  /** Null: all of the user's. */
  readonly collection: string | null;
  readonly limit: number;
  /** The last document of the page before; null for the first page. */
  readonly after: Pick<Document, "documentId" | "createdAt"> | null;
}

export interface DocumentSearch {
  /** The query as it was asked; empty to search by the vector alone. Of a very long one the beginning counts. */
  readonly text: string;
  /** The query as a vector: compared with pieces of the same model and dimension only. Null: by words alone. */
  readonly embedding: Embedding | null;
  /** Null: all of the user's. */
  readonly collection: string | null;
  readonly limit: number;
}

/** Vectors of different models, or of different lengths, are never compared. */
export interface Embedding {
  readonly model: string;
  readonly vector: readonly number[];
  /** How much the order by this vector counts beside that by words, which counts 1. */
  readonly trust: number;
}

/** A passage, and how it was found. The order is that of reciprocal rank fusion; `score` is on a scale of its own. */
export interface Found extends Passage {
  /** The piece's place in its document, from 0. */
  readonly ordinal: number;
  /** `score`: the share of the query that the piece's words cover, rare words counting more. Null: not found by words. */
  readonly lexical: Placed | null;
  /** `score`: the cosine. Null: not found by the vector. */
  readonly vector: Placed | null;
}

interface Placed {
  /** From 1. */
  readonly rank: number;
  readonly score: number;
}

/** Null, null: pieces without a vector. */
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

/** What a piece's vector is made of. */
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
  /** Why there are no vectors, with the remedy: for the health endpoint. Null when there are. */
  readonly reason: string | null;
}
