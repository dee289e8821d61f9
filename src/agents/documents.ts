import type { System } from "../domain/system.ts";
import type { Retrieval } from "../retrieval/contract.ts";
import { untilReached } from "../store/until-reached.ts";
import type { Documents } from "./context.ts";

const DEFAULT_K = 6;
const MAX_K = 50;
/** The part of a query that is searched for, in UTF-16 units: an embedding takes no more, and later words add little. */
const MAX_QUERY = 2_000;

interface Waiting {
  readonly system: Pick<System, "sleep">;
}

/**
 * Returns the user's documents as an agent sees them, which waits for a store that is away, as with what it writes.
 * `collections` null: all of them.
 */
export const documentsOf = (
  retrieval: Pick<Retrieval, "search" | "table">,
  collections: readonly string[] | null,
  { userId, signal, system }: { readonly userId: string; readonly signal: AbortSignal } & Waiting,
): Documents => ({
  search: async ({ text, collection = null, k = DEFAULT_K }) => {
    signal.throwIfAborted();
    if (collection !== null && collections !== null && !collections.includes(collection)) return [];
    const query = {
      text: text.slice(0, MAX_QUERY).toWellFormed(),
      collection: collection ?? collections,
      k: Math.min(MAX_K, Math.max(1, Math.trunc(k))),
    };
    return await untilReached(() => retrieval.search(userId, query, signal), system, signal);
  },
  table: async (documentId, maxRows) => {
    signal.throwIfAborted();
    return await untilReached(() => retrieval.table(userId, documentId, maxRows), system, signal);
  },
});
