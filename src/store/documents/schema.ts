import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";

/**
 * Users' documents and their chunks. Every key begins with the user, see `schema.ts`. A document's row is the lock of
 * its chunks. Their vectors are in a table that `vectors.ts` creates where the database supports it; no migration
 * creates it.
 */

const jsonText = customType<{ data: string; driverData: string }>({ dataType: () => "json" });
const lexemes = customType<{ data: string; driverData: string }>({ dataType: () => "tsvector" });
const time = () => bigint({ mode: "number" });

export const documents = pgTable(
  "documents",
  {
    userId: text().notNull(),
    documentId: text().notNull(),
    collection: text().notNull(),
    title: text().notNull(),
    mediaType: text().notNull(),
    metadata: jsonText().notNull(),
    contentHash: text().notNull(),
    /** The header of a table, as a JSON array of texts. */
    columns: jsonText(),
    chunks: integer().notNull(),
    /** False while its chunks are being written; until then no query returns it. */
    isReady: boolean().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.documentId] }),
    uniqueIndex("documents_content").on(table.userId, table.collection, table.contentHash).where(sql`is_ready`),
    // The order that `order by … desc` requires: nulls first.
    index("documents_newest").on(
      table.userId,
      table.createdAt.desc().nullsFirst(),
      table.documentId.desc().nullsFirst(),
    ),
    index("documents_drafts").on(table.userId, table.createdAt).where(sql`not is_ready`),
  ],
);

export const chunks = pgTable(
  "chunks",
  {
    userId: text().notNull(),
    documentId: text().notNull(),
    ordinal: integer().notNull(),
    content: text().notNull(),
    /** A JSON array of texts. */
    headings: jsonText().notNull(),
    metadata: jsonText().notNull(),
    /** A JSON array of rows, which are arrays of texts. */
    rows: jsonText(),
    /** What search matches, see `lexemes.ts`. */
    tokens: lexemes().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.documentId, table.ordinal] }),
    // A row has some two hundred lexemes. They are inserted by the thousand, sorted, and not one at a time. The
    // embedded store inserts them on the event loop, so it must not be by the ten thousand either. `put` clears the
    // rest.
    index("chunks_tokens").using("gin", table.tokens).with({ fastupdate: true, gin_pending_list_limit: 256 }),
  ],
);
