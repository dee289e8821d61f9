import type { Database } from "../database.ts";
import type { DocumentStore } from "./contract.ts";
import { documentQueries } from "./documents.ts";
import { putQuery } from "./put-document.ts";
import { reembeddingQueries } from "./reembedding.ts";
import { renewLexemesQuery } from "./renew-lexemes.ts";
import { searchQuery } from "./search.ts";
import type { Vectors } from "./vectors.ts";

export const documentStore = (database: Database, vectors: Vectors): DocumentStore => {
  const queries = documentQueries(database, vectors);
  return {
    ...queries,
    ...putQuery(database, vectors, queries),
    ...searchQuery(database, vectors),
    ...reembeddingQueries(database, vectors),
    ...renewLexemesQuery(database),
    capabilities: () => vectors.capabilities(),
  };
};
