import type { Table, Upload } from "../domain/document.ts";

/** What a file says, whatever it was. */
export interface Reading {
  /** Its own: what HTML and PDF name themselves, else the heading at the beginning. Null: it has none. */
  readonly title: string | null;
  /** Markdown where there is structure to keep (Markdown, HTML), else plain text. Lines end in \n; never blank; storable. */
  readonly text: string;
  /** The whole of a CSV file. Null: it is text. */
  readonly table: Table | null;
  /** What it turned out to be, without parameters: `text/plain`, `text/markdown`, `text/html`, `text/csv` or `application/pdf`. */
  readonly mediaType: string;
  /** Where in `text` each page of a PDF begins, in characters; empty for what has no pages. */
  readonly pageStarts: readonly number[];
}

interface ReadOptions {
  /** Whose it is: users take turns. Left out: nobody's, who is one user too. */
  readonly userId?: string;
  readonly signal: AbortSignal;
  /** Where HTML came from: relative links are resolved against it. Left out: they lose their address. */
  readonly baseUrl?: string;
}

/**
 * Reads what was handed in: text, Markdown, HTML, CSV, PDF. It computes in a thread of its own, which is ended when it
 * takes too long. Throws an UnreadableError for what cannot be read; the signal's reason as soon as that aborts.
 */
export type ReadUpload = (upload: Upload, options: ReadOptions) => Promise<Reading>;

/** A piece of a reading, small enough to be found by what it says. */
export interface Piece {
  /** A stretch of the reading's text as it stands there; of a table, each cell of its rows behind its column's name. */
  readonly content: string;
  /** The headings that it stands under, the outermost first. */
  readonly headings: readonly string[];
  /** Where it stands: `{"page":3}` in a PDF, `{"rows":[4,4]}` in a table (the first row below the header is 1). */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The rows of a table that it is made of. Null: it is text. */
  readonly rows: readonly (readonly string[])[] | null;
}

/** Splits a reading at its structure, in the thread that reads. Throws `too_large` when that makes too many pieces. */
export type SplitReading = (reading: Reading, options: ReadOptions) => Promise<readonly Piece[]>;
