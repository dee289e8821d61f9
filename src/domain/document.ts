import { Text } from "./text-field.ts";

/** A named set of a user's documents. A search covers one collection. */
export const Collection = Text({
  minLength: 1,
  maxLength: 128,
  pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$",
  description: "1 to 128 characters without control characters",
});
/** The collection of documents and questions that name none. */
export const DEFAULT_COLLECTION = "default";

/** A document as its user's list shows it. */
export interface Document {
  readonly documentId: string;
  readonly userId: string;
  readonly collection: string;
  readonly title: string;
  /** The media type of the upload, such as `text/csv`. */
  readonly mediaType: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How many chunks it was split into. */
  readonly chunks: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Part of a table: the header and some of its rows as they are in the file. Every row is as long as the header. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A chunk of a document that answers a query. */
export interface Passage {
  readonly documentId: string;
  readonly title: string;
  readonly content: string;
  /** The document's own metadata, and where in it the chunk is. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How well it answers, from 0 to 1; comparable between queries. */
  readonly score: number;
  /** The table rows that the chunk consists of. Null when it is text. */
  readonly table: Table | null;
}

/** A document that a caller uploads, as bytes or as text. */
export interface Upload {
  /** The file's name. It gives the title, and the media type when that is missing or generic. */
  readonly name: string;
  /** As the caller declares it, such as `text/markdown`; empty when not declared. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A file that belongs to a run. */
export interface RunFile extends Upload {
  /**
   * Called when a reader has taken the bytes, and when the run has ended: the file no longer counts against what callers
   * may have in memory. May be called again.
   */
  readonly release: () => void;
}
