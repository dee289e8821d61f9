import type { Document, Passage, Table, Upload } from "../domain/document.ts";

export interface Query {
  readonly text: string;
  /** Null: all of the user's collections. */
  readonly collection: string | null;
  /** At most so many passages. */
  readonly k: number;
}

/** A document to be taken in. */
export interface NewDocument {
  readonly collection: string;
  /** Null: the upload's own (its first heading, or its file's name). */
  readonly title: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly upload: Upload;
}

/** `isNew` false: the same content was in the collection already, and nothing was written. */
export interface Ingested {
  readonly document: Document;
  readonly isNew: boolean;
}

/** A user's documents: taken in, searched. Another user's are never seen. */
export interface Retrieval {
  /** Best first. Empty when nothing answers. By words alone while the query cannot be embedded. Throws the store's error. */
  search(userId: string, query: Query, signal: AbortSignal): Promise<readonly Passage[]>;
  /** A whole table, for questions that no single row answers; null when the document is none or is gone. At most `maxRows` rows. */
  table(userId: string, documentId: string, maxRows: number): Promise<Table | null>;
  /** All or nothing. Throws an UnreadableError for what cannot be read, a ModelError when it cannot be embedded. */
  ingest(userId: string, document: NewDocument, signal: AbortSignal): Promise<Ingested>;
}
