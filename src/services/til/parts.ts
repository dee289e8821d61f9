import type { Upload } from "../../domain/document.ts";
import type { ReadUpload } from "../../reading/contract.ts";
import type { TilStore } from "../../store/notes/contract.ts";

/** The parts of the agent `til` besides a model. */
export interface TilParts {
  readonly read: ReadUpload;
  /**
   * Throws an UnreadableError when the page cannot or must not be fetched, and the signal's reason as soon as the
   * signal aborts.
   */
  readonly fetchPage: (url: string, options: { readonly signal: AbortSignal }) => Promise<FetchedPage>;
  readonly tils: Pick<TilStore, "highestDay" | "tags">;
}

interface FetchedPage extends Upload {
  /** The address after redirects. */
  readonly url: string;
}
