import type { Upload } from "../domain/document.ts";

/** A fetched page: `name` is the last part of its path, or its host; `mediaType` holds the charset if declared. */
export interface FetchedPage extends Upload {
  /** Its URL after redirects, the base of relative links. */
  readonly url: string;
}

/**
 * Fetches a page. Throws an UnreadableError when it cannot or must not be fetched, and the signal's reason as soon as
 * the signal aborts.
 */
export type FetchPage = (url: string, options: { readonly signal: AbortSignal }) => Promise<FetchedPage>;
