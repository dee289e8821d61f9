import type { Retrieval } from "../retrieval/contract.ts";
import type { Documents } from "./context.ts";

const DEFAULT_K = 6;
const MAX_K = 50;
/** The part of a query that is searched for, in UTF-16 units: an embedding takes no more, and later words add little. */
const MAX_QUERY = 2_000;

/** Returns the user's documents as an agent sees them. `collections` null: all of them. */
export const documentsOf = (
  retrieval: Pick<Retrieval, "search" | "table">,
  collections: readonly string[] | null,
  { userId, signal }: { readonly userId: string; readonly signal: AbortSignal },
): Documents => ({
  search: async ({ text, collection = null, k = DEFAULT_K }) => {
    signal.throwIfAborted();
    if (collection !== null && collections !== null && !collections.includes(collection)) return [];
    const query = {
      text: text.slice(0, MAX_QUERY).toWellFormed(),
      collection: collection ?? collections,
      k: Math.min(MAX_K, Math.max(1, Math.trunc(k))),
    };
    return await retrieval.search(userId, query, signal);
  },
  table: async (documentId, maxRows) => {
    signal.throwIfAborted();
    return await retrieval.table(userId, documentId, maxRows);
  },
});
