import type { Table, Upload } from "../domain/document.ts";

/** What a file says, whatever it was. */
export interface Reading {
  /** Its own: of HTML and PDF what they name themselves, else the first heading. Null: it has none. */
  readonly title: string | null;
  /** Markdown where there is structure to keep (Markdown, HTML), else plain text. Lines end in \n; never blank; storable. */
  readonly text: string;
  /** The whole of a CSV file. Null: it is text. */
  readonly table: Table | null;
  /** What it turned out to be, without parameters: `text/plain`, `text/markdown`, `text/html`, `text/csv` or `application/pdf`. */
  readonly mediaType: string;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Where HTML came from: relative links are resolved against it. Left out: they lose their address. */
  readonly baseUrl?: string;
}

/**
 * Reads what was handed in: text, Markdown, HTML, CSV, PDF. It computes in a thread of its own, which is ended when it
 * takes too long. Throws an UnreadableError for what cannot be read; the signal's reason as soon as that aborts.
 */
export type ReadUpload = (upload: Upload, options: ReadOptions) => Promise<Reading>;
