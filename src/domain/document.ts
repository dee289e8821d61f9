import { Text } from "./text-field.ts";

/** What a user's documents are searched by, a collection at a time. */
export const Collection = Text({
  minLength: 1,
  maxLength: 128,
  pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$",
  description: "1 to 128 characters without control characters",
});
/** Of documents and questions that name none. */
export const DEFAULT_COLLECTION = "default";

/** A document as its user's list shows it. */
export interface Document {
  readonly documentId: string;
  readonly userId: string;
  readonly collection: string;
  readonly title: string;
  /** What it was when it came, such as `text/csv`. */
  readonly mediaType: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Pieces that it was split into. */
  readonly chunks: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A piece of a table: the header, and some of its rows as they stand in the file. Every row is as long as the header. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A piece of a document that answers a query. */
export interface Passage {
  readonly documentId: string;
  readonly title: string;
  readonly content: string;
  /** The document's own, and where in it the piece stands. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How well it answers, from 0 to 1; comparable between queries. */
  readonly score: number;
  /** The rows of a table that the piece is made of. Null: it is text. */
  readonly table: Table | null;
}

/** What a caller hands in, as bytes or as text. */
export interface Upload {
  /** The file's name; gives the title, and the media type where that is missing or general. */
  readonly name: string;
  /** As the caller says it, such as `text/markdown`; empty when it does not. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}
