import { integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { ThreadKey } from "../../domain/thread.ts";
import type { StretchType } from "./stretch.ts";

/**
 * Events of ended runs that have no row of their own any more. No event is in two stretches, nor in a stretch and in
 * `events`.
 */
export const stretches = pgTable(
  "stretches",
  {
    threadKey: text().$type<ThreadKey>().notNull(),
    firstSeq: integer().notNull(),
    /** All seqs from the first through this one belong to the stretch. */
    lastSeq: integer().notNull(),
    runId: text().notNull(),
    type: text().$type<StretchType>().notNull(),
    /** See `stretch.ts` and, where `type` is `folded`, `fold.ts`. */
    packed: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.threadKey, table.firstSeq] })],
);
