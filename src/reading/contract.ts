import type { Table, Upload } from "../domain/document.ts";

/** What a file says, whatever it was. */
export interface Reading {
  /** Its own: what HTML and PDF name themselves, else the heading at the beginning; on one line, composed. Null: it has none. */
  readonly title: string | null;
  /** Markdown where there is structure to keep (Markdown, HTML), else plain text. Lines end in \n; never blank; storable. */
  readonly text: string;
  /** The table in a CSV file, or in a page that a spreadsheet was saved as. Null: it is text. */
  readonly table: Table | null;
  /** What stands around a table: the lines above its header and below its rows. */
  readonly notes?: readonly string[];
  /** What it turned out to be, without parameters: `text/plain`, `text/markdown`, `text/html`, `text/csv` or `application/pdf`. */
  readonly mediaType: string;
  /** Where in `text` each page of a PDF begins, in characters; empty for what has no pages. */
  readonly pageStarts: readonly number[];
}

export interface ReadOptions {
  /** Whose it is: users take turns. Left out: nobody's, who is one user too. */
  readonly userId?: string;
  readonly signal: AbortSignal;
  /** Called once a thread has the file, and its bytes are gone from here. */
  readonly onTaken?: () => void;
  /** Where HTML came from: relative links are resolved against it. Left out: they lose their address. */
  readonly baseUrl?: string;
}

/**
 * Reads what was submitted: text, Markdown, HTML, CSV, PDF. It computes in a thread of its own, which is ended when it
 * takes too long. The bytes are given away: who reads them afterwards may find none. Throws an UnreadableError for what cannot be read; the signal's reason as soon as that aborts.
 */
export type ReadUpload = (upload: Upload, options: ReadOptions) => Promise<Reading>;

/** A piece of a reading, small enough to be found by what it says. */
export interface TextChunk {
  /**
   * A stretch of the reading's text as it stands there; of a table, each cell of its rows behind its column's name, or the
   * notes around it. At most 800 characters.
   */
  readonly content: string;
  /** The headings that it stands under, the outermost first. */
  readonly headings: readonly string[];
  /** Where it stands: `{"page":3}` in a PDF, `{"rows":[4,4]}` in a table (the first row below the header is 1). */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The rows of a table that it is made of, or begins with when they go on in the next piece. Null: it is text. */
  readonly rows: readonly (readonly string[])[] | null;
}

/** What a file says, split at its structure. */
export interface ReadChunks extends Pick<Reading, "title" | "mediaType"> {
  /** The header of a table. Null: it is text. */
  readonly columns: readonly string[] | null;
  readonly pieces: readonly TextChunk[];
}

/**
 * Reads and splits what was submitted. Its text as a whole stays in the thread that reads, and its pieces come some at a time,
 * so that a large file does not hold the event loop. Throws as `ReadUpload` does, and `too_large` for too many pieces.
 */
export type ReadUploadInChunks = (upload: Upload, options: ReadOptions) => Promise<ReadChunks>;
