import { boolean, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";

const time = () => timestamp({ withTimezone: true }).notNull();

/**
 * A row for each process that shares the database. It has no index but the key, so that a renewal is a HOT update. Its
 * times are the database's own, written and compared there. (On Citus: a reference table.)
 */
export const replicas = pgTable("replicas", {
  replicaId: text().primaryKey(),
  name: text().notNull(),
  startedAt: time(),
  ttlMs: integer().notNull(),
  leaseUntil: time(),
  renewedAt: time(),
  /** When the current unbroken series of renewals began: how long the store has been available. */
  renewedSince: time(),
  /** `pg_postmaster_start_time()` at the last renewal: it differs after a restart or a failover. */
  serverStartedAt: time(),
  /** It finds events in `stretches`. The previous release does not, so nothing is packed while one of its replicas lives. */
  readsStretches: boolean().notNull().default(false),
});
