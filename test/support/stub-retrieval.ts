import type { Passage } from "../../src/domain/document.ts";
import type { Query, Retrieval } from "../../src/retrieval/contract.ts";

/** A search that returns the given results in order, and repeats the last. It records its requests. */
export const stubRetrieval = (
  ...answers: readonly (readonly Passage[] | Error)[]
): Pick<Retrieval, "search"> & { readonly queries: readonly (Query & { readonly userId: string })[] } => {
  const queries: (Query & { readonly userId: string })[] = [];
  return {
    queries,
    search: async (userId, query, signal) => {
      signal.throwIfAborted();
      const answer = answers[Math.min(queries.push({ ...query, userId }), answers.length) - 1] ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
};

export const passage = (content: string, given: Partial<Passage> = {}): Passage => ({
  documentId: "d1",
  title: "Policy",
  content,
  metadata: {},
  score: 0.5,
  table: null,
  ...given,
});
