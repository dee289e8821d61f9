import { sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import { texts } from "../columns.ts";
import type { Database } from "../database.ts";
import type { BareChunk, DocumentStore, EmbeddingCount } from "./contract.ts";
import type { Vectors } from "./vectors.ts";

/** It scans every chunk. */
const COUNT_DEADLINE_MS = 60_000;

/** The queries of `yeoul reindex`: which chunks have which vectors, and how to replace a chunk's vector. */
export const reembeddingQueries = (
  database: Database,
  vectors: Vectors,
): Pick<DocumentStore, "embedded" | "embeddings" | "unembedded" | "setEmbeddings"> => ({
  embedded: (userId, documentIds, model) =>
    database.call("documents.embedded", async (session) => {
      if (documentIds.length === 0 || !(await vectors.isReady(session))) return new Set();
      const found = await session.rows<{ documentId: string }>(sql`
        select d.document_id as "documentId" from documents d
        where d.user_id = ${userId} and d.document_id in (select ${texts(documentIds.map(storable))}) and d.is_ready
          and (d.chunks = 0 or exists (
            select 1 from chunk_embeddings e
            where e.user_id = d.user_id and e.document_id = d.document_id and e.ordinal = d.chunks - 1
              and e.model = ${storable(model)}
          ))`);
      return new Set(found.map(({ documentId }) => documentId));
    }),

  embeddings: () =>
    database.call(
      "documents.embeddings",
      async (session) => {
        const [all] = await session.rows<{ chunks: number }>(sql`select count(*)::int as chunks from chunks`);
        const counts = (await vectors.isReady(session))
          ? await session.rows<EmbeddingCount>(sql`
              select model, dimension, count(*)::int as chunks from chunk_embeddings
              group by model, dimension order by count(*) desc, model, dimension`)
          : [];
        const bare = (all?.chunks ?? 0) - counts.reduce((sum, { chunks }) => sum + chunks, 0);
        const none = { model: null, dimension: null, chunks: bare };
        return bare <= 0 ? counts : [...counts, none].sort((one, other) => other.chunks - one.chunks);
      },
      { lane: "bulk", deadlineMs: COUNT_DEADLINE_MS },
    ),

  unembedded: (model, dimension, after, limit) =>
    database.call(
      "documents.unembedded",
      async (session) => {
        if (!(await vectors.isReady(session))) return [];
        const behind =
          after === null
            ? sql``
            : sql`and (c.user_id, c.document_id, c.ordinal) > (${after.userId}, ${after.documentId}, ${after.ordinal}::int)`;
        const found = await session.rows<Omit<BareChunk, "headings"> & { headings: string }>(sql`
        select c.user_id as "userId", c.document_id as "documentId", c.ordinal, d.title, c.headings, c.content
        from chunks c join documents d on d.user_id = c.user_id and d.document_id = c.document_id and d.is_ready
        where not exists (
          select from chunk_embeddings v
          where v.user_id = c.user_id and v.document_id = c.document_id and v.ordinal = c.ordinal
            and v.model = ${storable(model)} and v.dimension = ${dimension}::int
        ) ${behind}
        order by c.user_id, c.document_id, c.ordinal limit ${limit}::int`);
        return found.map((chunk) => ({ ...chunk, headings: JSON.parse(chunk.headings) as readonly string[] }));
      },
      { lane: "bulk" },
    ),

  setEmbeddings: (model, batch) => vectors.write(model, batch),
});
