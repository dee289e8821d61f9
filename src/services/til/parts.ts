import type { Upload } from "../../domain/document.ts";
import type { ReadUpload } from "../../reading/contract.ts";
import type { TilStore } from "../../store/notes/contract.ts";

/** What the agent needs besides a model. */
export interface TilParts {
  readonly read: ReadUpload;
  /** Throws an UnreadableError for a page that cannot be had, or must not; the signal's reason as soon as that aborts. */
  readonly fetchPage: (url: string, options: { readonly signal: AbortSignal }) => Promise<FetchedPage>;
  readonly tils: Pick<TilStore, "highestDay" | "tags">;
}

interface FetchedPage extends Upload {
  /** Where it was found in the end. */
  readonly url: string;
}
