import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Document, Table } from "../../domain/document.ts";
import { collectionName } from "../../domain/readable.ts";
import { storable, storableJson } from "../../domain/text.ts";
import type { Database, Session } from "../database.ts";
import { boundedPage } from "../page-bytes.ts";
import type { DocumentStore } from "./contract.ts";
import { documents } from "./schema.ts";
import type { Vectors } from "./vectors.ts";

export const documentQueries = (
  database: Database,
  vectors: Vectors,
): Pick<DocumentStore, "find" | "get" | "list" | "delete" | "table"> => ({
  find: (userId, collection, contentHash) =>
    database.call("documents.find", async ({ db }) => {
      const [found] = await db
        .select()
        .from(documents)
        .where(
          and(
            ready(userId),
            eq(documents.collection, collectionName(collection)),
            eq(documents.contentHash, storable(contentHash)),
          ),
        );
      return found === undefined ? null : documentOf(found);
    }),

  get: (userId, documentId) =>
    database.call("documents.get", async ({ db }) => {
      const [found] = await db
        .select()
        .from(documents)
        .where(and(ready(userId), eq(documents.documentId, storable(documentId))));
      return found === undefined ? null : documentOf(found);
    }),

  list: (userId, { collection, limit, after }) =>
    database.call("documents.list", async ({ rows }) => {
      const found = await rows<Parameters<typeof documentOf>[0]>(
        boundedPage(
          sql`
            select * from documents where user_id = ${userId} and is_ready
              ${collection === null ? sql`` : sql`and collection = ${collectionName(collection)}`}
              ${after === null ? sql`` : sql`and (created_at, document_id) < (${after.createdAt}::bigint, ${storable(after.documentId)})`}
            order by created_at desc, document_id desc limit ${limit}::int`,
          sql`created_at desc, document_id desc`,
          sql`metadata`,
          sql`document_id as "documentId", user_id as "userId", collection, title, media_type as "mediaType", metadata, chunks,
            created_at as "createdAt"`,
        ),
      );
      return found.map(documentOf);
    }),

  delete: async (userId, documentId) => {
    const call: Call = (work) => database.call("documents.delete", work, { lane: "bulk" });
    // As a draft that is long abandoned: nobody sees it, and should this be interrupted, the next `put` deletes the rest.
    const hidden = await call(({ rows }) =>
      rows(sql`
        update documents set is_ready = false, created_at = ${GOING}::bigint
        where ${isDocument(userId, documentId)} and is_ready returning 1`),
    );
    if (hidden.length === 0) return false;
    await removeDraft(call, vectors, userId, documentId).catch(() => {});
    return true;
  },

  table: async (userId, documentId, maxRows) => {
    const document = sql`user_id = ${userId} and document_id = ${storable(documentId)} and is_ready`;
    const [found] = await database.call("documents.table", ({ rows }) =>
      rows<{ columns: string }>(sql`select columns from documents where ${document} and columns is not null`),
    );
    if (found === undefined) return null;
    const table: (readonly string[])[] = [];
    // Reads in pages: parsing a whole large table at once would hold the event loop.
    for (let after = -1; table.length < maxRows; ) {
      const page = await database.call("documents.table", ({ rows }) =>
        rows<{ ordinal: number; rows: string }>(sql`
          select ordinal, rows from chunks
          where ${isDocument(userId, documentId)} and rows is not null and ordinal > ${after}::int
            and exists (select from documents where ${document})
          order by ordinal limit ${CHUNKS_A_PAGE}::int`),
      );
      let characters = 0;
      for (const chunk of page) {
        for (const row of JSON.parse(chunk.rows) as Table["rows"]) table.push(row);
        characters += chunk.rows.length;
        if (characters < CHARACTERS_A_TURN) continue;
        characters = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
      after = page.at(-1)?.ordinal ?? after;
      if (page.length < CHUNKS_A_PAGE) break;
    }
    return { columns: JSON.parse(found.columns) as Table["columns"], rows: table.slice(0, maxRows) };
  },
});

/** Each chunk has at least one row, and at most as much as a row may hold. */
const CHUNKS_A_PAGE = 200;
/** How many characters of JSON are parsed before the event loop gets a turn: some 5 ms. */
const CHARACTERS_A_TURN = 1024 * 1024;

/** Selects a document's row in a hand-written statement. */
export const isDocument = (userId: string, documentId: string): SQL =>
  sql`user_id = ${userId} and document_id = ${storable(documentId)}`;

type Call = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

/** The time of creation of a document that is being deleted: nothing is written to it any more. */
export const GOING = Number.MIN_SAFE_INTEGER;

/** How many chunks one statement deletes: some 10 ms in the embedded database, on the event loop. */
const CHUNKS_A_DELETION = 500;

/**
 * Deletes a document that is not shown, part by part. The chunks go first, which waits for vectors being written, and
 * then the vectors.
 */
export const removeDraft = async (call: Call, vectors: Vectors, userId: string, documentId: string): Promise<void> => {
  // Whoever still writes to it has written, or finds no draft any more.
  await call(({ transaction }) =>
    transaction(async ({ rows }) => {
      await rows(sql`select 1 from documents where ${isDocument(userId, documentId)} for update`);
      await rows(
        sql`update documents set created_at = ${GOING}::bigint where ${isDocument(userId, documentId)} and not is_ready`,
      );
    }),
  );
  const draft = sql`(select 1 from documents where ${isDocument(userId, documentId)} and not is_ready)`;
  const some = (table: SQL) => sql`
    delete from ${table} where ctid = any(array(
      select ctid from ${table} where ${isDocument(userId, documentId)} and exists ${draft}
      order by ordinal limit ${CHUNKS_A_DELETION}::int
    )) returning 1`;
  const removeAll = async (table: SQL) => {
    while ((await call(({ rows }) => rows(some(table)))).length > 0)
      await new Promise((resolve) => setImmediate(resolve));
  };
  await removeAll(sql`chunks`);
  if (await call((session) => vectors.isReady(session))) await removeAll(sql`chunk_embeddings`);
  await call(({ rows }) => rows(sql`delete from documents where ${isDocument(userId, documentId)} and not is_ready`));
};

/** Serializes a value for a JSON column. */
export const jsonOf = (value: unknown): string => JSON.stringify(storableJson(value));

const documentOf = (row: Omit<typeof documents.$inferSelect, "contentHash" | "columns" | "isReady">) =>
  ({
    documentId: row.documentId,
    userId: row.userId,
    collection: row.collection,
    title: row.title,
    mediaType: row.mediaType,
    metadata: JSON.parse(row.metadata) as Document["metadata"],
    chunks: row.chunks,
    createdAt: row.createdAt,
  }) satisfies Document;

const ready = (userId: string) => and(eq(documents.userId, userId), eq(documents.isReady, true));
