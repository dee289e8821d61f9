import type { Document, Passage, Table, Upload } from "../domain/document.ts";
import type { ModelError } from "../models/contract.ts";

export interface Query {
  readonly text: string;
  /** A collection, or several, whose passages are then ordered by their scores. Null: all of the user's. */
  readonly collection: string | readonly string[] | null;
  /** The most passages to return. */
  readonly k: number;
}

/** A document to be ingested. */
export interface NewDocument {
  readonly collection: string;
  /** Null: the upload's own title (its first heading, or its file's name). */
  readonly title: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly upload: Upload;
}

/** `isNew` is false when the same content was in the collection already, and nothing was written. */
export interface Ingested {
  readonly document: Document;
  readonly isNew: boolean;
}

/** A user's documents: ingested and searched. Another user's are never visible. */
export interface Retrieval {
  /**
   * Returns the passages that answer, best first; empty when none do. Searches by full text alone while the query
   * cannot be embedded. Throws the store's error.
   */
  search(userId: string, query: Query, signal: AbortSignal): Promise<readonly Passage[]>;
  /**
   * Returns a whole table, for questions that no single row answers, with at most `maxRows` rows. Null when the
   * document is not a table or was deleted.
   */
  table(userId: string, documentId: string, maxRows: number): Promise<Table | null>;
  /** Returns those of the user's documents that are found by vectors as well; the others are found by words alone. */
  embedded(userId: string, documentIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Stores the whole document or nothing. The upload's bytes are transferred to the thread that reads them; `onTaken`
   * is called once they are. A document that cannot be embedded is stored without vectors. Throws an UnreadableError when
   * it cannot be read.
   */
  ingest(userId: string, document: NewDocument, signal: AbortSignal, onTaken?: () => void): Promise<Ingested>;
}

export interface RetrievalLogger {
  /** A document is stored without vectors, or with those of its beginning alone. */
  notEmbedded(documentId: string, error: ModelError): void;
}
