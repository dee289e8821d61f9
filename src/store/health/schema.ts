import { bigint, integer, pgTable } from "drizzle-orm/pg-core";

/** What a process writes to see that it can: one row for each of a few slots, written over in place. */
export const testWrites = pgTable("test_writes", {
  /** So that one whose row is locked does not make all others wait. */
  slot: integer().primaryKey(),
  /** Milliseconds since the epoch. */
  at: bigint({ mode: "number" }).notNull(),
});
