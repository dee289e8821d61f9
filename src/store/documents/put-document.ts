import { sql } from "drizzle-orm";
import type { Document } from "../../domain/document.ts";
import { collectionName } from "../../domain/readable.ts";
import { storable } from "../../domain/text.ts";
import { texts } from "../columns.ts";
import type { Database, Session } from "../database.ts";
import { sqlState } from "../failure.ts";
import { StoreError } from "../store-error.ts";
import type { ChunkBatch, DocumentDraft, DocumentStore } from "./contract.ts";
import { GOING, isDocument, jsonOf, removeDraft } from "./documents.ts";
import { marksOf, tsvectorOf } from "./lexemes.ts";
import type { Vectors } from "./vectors.ts";

/**
 * Chunks per statement, and how many characters they hold together. The embedded database computes on the event loop:
 * 0.3 ms for a short row of a table and 2 to 4 for 800 characters of Korean, so 6 to 10 ms for a full statement.
 */
const CHUNKS_A_STATEMENT = 20;
const CHARACTERS_A_STATEMENT = 2_000;
/** A draft older than this belongs to a process that no longer exists. */
const ABANDONED_MS = 24 * 3_600_000;
const UNIQUE_VIOLATION = "23505";

/**
 * Writes a document as an invisible draft, some chunks at a time, and then shows it. So no statement takes long and no
 * lock is held between statements, however large the document is. A process that dies leaves a draft, which a later
 * `put` sweeps up.
 */
export const putQuery = (
  database: Database,
  vectors: Vectors,
  { find }: Pick<DocumentStore, "find">,
): Pick<DocumentStore, "put"> => {
  const call = <T>(work: (session: Session) => Promise<T>) => database.call("documents.put", work, { lane: "bulk" });
  const discard = (userId: string, documentId: string) => removeDraft(call, vectors, userId, documentId);

  return {
    put: async (draft, batches) => {
      const { userId, documentId, collection, contentHash } = draft;
      const there = await find(userId, collection, contentHash);
      if (there !== null) return { document: there, isNew: false };
      const abandoned = await call((session) => abandonedDrafts(session, draft.now - ABANDONED_MS));
      for (const old of abandoned) await discard(old.userId, old.documentId);
      await call((session) => begin(session, draft));
      try {
        let count = 0;
        for await (const batch of batches) {
          for (const chunks of statementsOf(batch)) {
            await writeChunks(call, vectors, draft, chunks, count);
            count += chunks.length;
          }
        }
        if (await call((session) => show(session, draft, count))) {
          await database.call("documents.tidy", tidy, { lane: "bulk" }).catch(() => {});
          return { document: documentFrom(draft, count), isNew: true };
        }
      } catch (error) {
        await discard(userId, documentId).catch(() => {});
        throw error;
      }
      await discard(userId, documentId);
      const first = await find(userId, collection, contentHash);
      if (first !== null) return { document: first, isNew: false };
      throw new StoreError("unavailable", "documents.put: the same content came and went meanwhile");
    },
  };
};

function* statementsOf(batch: ChunkBatch): Generator<ChunkBatch, void, void> {
  let [from, characters] = [0, 0];
  for (const [at, { content }] of batch.entries()) {
    if (at > from && (at - from === CHUNKS_A_STATEMENT || characters + content.length > CHARACTERS_A_STATEMENT)) {
      yield batch.slice(from, at);
      [from, characters] = [at, 0];
    }
    characters += content.length;
  }
  if (from < batch.length) yield batch.slice(from);
}

const abandonedDrafts = ({ rows }: Session, before: number) =>
  rows<Pick<Document, "userId" | "documentId">>(sql`
    select user_id as "userId", document_id as "documentId" from documents
    where not is_ready and created_at < ${before}::bigint limit 10`);

const begin = async ({ rows }: Session, draft: DocumentDraft): Promise<void> => {
  await rows(sql`
    insert into documents (user_id, document_id, collection, title, media_type, metadata, content_hash, columns, chunks,
      is_ready, created_at)
    values (${draft.userId}, ${storable(draft.documentId)}, ${collectionName(draft.collection)}, ${storable(draft.title)},
      ${storable(draft.mediaType)}, ${jsonOf(draft.metadata)}::json, ${storable(draft.contentHash)},
      ${draft.columns === null ? null : jsonOf(draft.columns)}::json, 0, false, ${draft.now}::bigint)`);
};

const writeChunks = async (
  call: <T>(work: (session: Session) => Promise<T>) => Promise<T>,
  vectors: Vectors,
  draft: DocumentDraft,
  chunks: ChunkBatch,
  first: number,
): Promise<void> => {
  await call((session) => insertChunks(session, draft, chunks, first));
  const { userId, documentId, model } = draft;
  const embedded = chunks.flatMap(({ vector }, index) =>
    vector === null ? [] : [{ userId, documentId: storable(documentId), ordinal: first + index, vector }],
  );
  if (model !== null) await vectors.write(model, embedded);
};

/** Holds a lock that makes a concurrent sweep wait; if the sweep came first, the insert finds no draft. */
const insertChunks = async ({ rows }: Session, draft: DocumentDraft, chunks: ChunkBatch, first: number) => {
  const { userId, documentId, title, collection } = draft;
  const marks = marksOf(userId, collectionName(collection));
  const column = (of: (chunk: ChunkBatch[number]) => string | null) => texts(chunks.map(of));
  const inserted = await rows(sql`
    with draft as (
      select user_id, document_id from documents where ${isDocument(userId, documentId)} and not is_ready and created_at > ${GOING}::bigint
      for key share
    )
    insert into chunks (user_id, document_id, ordinal, content, headings, metadata, rows, tokens)
    select draft.user_id, draft.document_id, ${first}::int + chunk.place - 1, chunk.content, chunk.headings::json,
      chunk.metadata::json, chunk.rows::json, chunk.tokens::tsvector
    from draft cross join rows from (
      ${column(({ content }) => storable(content))},
      ${column(({ headings }) => jsonOf(headings))},
      ${column(({ metadata }) => jsonOf(metadata))},
      ${column((chunk) => (chunk.rows === null ? null : jsonOf(chunk.rows)))},
      ${column(({ headings, content }) => tsvectorOf(marks, [title, ...headings], content))}
    ) with ordinality as chunk (content, headings, metadata, rows, tokens, place)
    returning 1`);
  if (inserted.length < chunks.length) throw new StoreError("failed", "the draft is gone: it took longer than a day");
};

/** False when the collection has meanwhile received the same content. */
const show = async ({ rows }: Session, draft: DocumentDraft, chunks: number): Promise<boolean> => {
  try {
    const shown = await rows(sql`
      update documents set is_ready = true, chunks = ${chunks}::int
      where ${isDocument(draft.userId, draft.documentId)} and not is_ready and created_at > ${GOING}::bigint returning 1`);
    if (shown.length === 0) throw new StoreError("failed", "the draft is gone: it took longer than a day");
    return true;
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) return false;
    throw error;
  }
};

/**
 * The latest inserts wait in a pending list that every search scans. A server's autovacuum would clear it; the embedded
 * database has none. A refusal is harmless: Postgres refuses a role that does not own the table.
 */
const tidy = ({ rows, schema }: Session) =>
  rows(sql`select gin_clean_pending_list(${schema.nameOf("chunks_tokens")}::regclass)`);

/** Returns what `documentOf` would, without another query. */
const documentFrom = (draft: DocumentDraft, chunks: number): Document => ({
  documentId: storable(draft.documentId),
  userId: draft.userId,
  collection: collectionName(draft.collection),
  title: storable(draft.title),
  mediaType: storable(draft.mediaType),
  metadata: JSON.parse(jsonOf(draft.metadata)) as Document["metadata"],
  chunks,
  createdAt: draft.now,
});
