import { bigint, customType, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/** The files of unfinished runs, in pieces: one that is large would hold up what shares its connection. */
export const runFiles = pgTable(
  "run_files",
  {
    threadKey: text().notNull(),
    runId: text().notNull(),
    /** Its position among the pieces, from 1. */
    piece: integer().notNull(),
    pieces: integer().notNull(),
    name: text().notNull(),
    mediaType: text().notNull(),
    bytes: bytes().notNull(),
    createdAt: bigint({ mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.threadKey, table.runId, table.piece] })],
);
