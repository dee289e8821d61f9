import type { Table, Upload } from "../domain/document.ts";

/** The content of a file, in one form for all media types. */
export interface Reading {
  /**
   * The title that HTML or PDF metadata names, else the heading at the beginning; on one line, normalized. Null: the
   * file has none.
   */
  readonly title: string | null;
  /**
   * Markdown when there is structure to preserve (Markdown, HTML), else plain text. Lines end in \n; never blank;
   * storable.
   */
  readonly text: string;
  /** The table in a CSV file, or in a page that a spreadsheet was saved as. Null: the file is text. */
  readonly table: Table | null;
  /** The text around a table: the lines above its header and below its rows. */
  readonly notes?: readonly string[];
  /**
   * The detected type, without parameters: `text/plain`, `text/markdown`, `text/html`, `text/csv` or `application/pdf`.
   */
  readonly mediaType: string;
  /** The offset in `text` at which each page of a PDF begins, in characters. Empty for files without pages. */
  readonly pageStarts: readonly number[];
}

export interface ReadOptions {
  /** The file's user; users take turns. All files without one count as one more user's. */
  readonly userId?: string;
  readonly signal: AbortSignal;
  /** Called once a worker has the file and its bytes are gone from this thread. */
  readonly onTaken?: () => void;
  /** The address that HTML came from: relative links are resolved against it. Without it they lose their address. */
  readonly baseUrl?: string;
}

/**
 * Reads an upload: text, Markdown, HTML, CSV or PDF. It runs in a worker thread, which is ended when it takes too long.
 * The bytes are transferred: afterwards they may be empty here. Throws an UnreadableError for a file that cannot be
 * read; throws the signal's reason as soon as that aborts.
 */
export type ReadUpload = (upload: Upload, options: ReadOptions) => Promise<Reading>;

/** A chunk of a reading, small enough to be found by its content. */
export interface TextChunk {
  /**
   * A passage of the reading's text, unchanged. For a table, each cell of its rows after the name of its column, or the
   * notes around the table. At most 800 characters.
   */
  readonly content: string;
  /** The headings above it, the outermost first. */
  readonly headings: readonly string[];
  /** Its position: `{"page":3}` in a PDF, `{"rows":[4,4]}` in a table (the first row below the header is 1). */
  readonly metadata: Readonly<Record<string, unknown>>;
  /**
   * The table rows that the chunk consists of, or begins with when they continue in the next chunk. Null: it is text.
   */
  readonly rows: readonly (readonly string[])[] | null;
}

/** The content of a file, split at its structure. */
export interface ReadChunks extends Pick<Reading, "title" | "mediaType"> {
  /** The header of a table. Null: the file is text. */
  readonly columns: readonly string[] | null;
  readonly chunks: readonly TextChunk[];
}

/**
 * Reads an upload and splits it. The whole text stays in the worker thread, and the chunks arrive in batches, so a
 * large file does not block the event loop. Throws as `ReadUpload` does, and `too_large` for too many chunks.
 */
export type ReadUploadInChunks = (upload: Upload, options: ReadOptions) => Promise<ReadChunks>;
