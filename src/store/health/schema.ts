import { bigint, integer, pgTable } from "drizzle-orm/pg-core";

/** What a process writes to check that it can write: a few slots of one row each, overwritten in place. */
export const testWrites = pgTable("test_writes", {
  /** Several slots, so that one locked row does not block all other processes. */
  slot: integer().primaryKey(),
  /** Milliseconds since the epoch. */
  at: bigint({ mode: "number" }).notNull(),
});
