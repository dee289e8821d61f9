import type { Sql } from "postgres";
import { realSystem } from "../../src/domain/system.ts";

/**
 * Resolves once `pg_stat_user_tables` has all that the closed stores of this database did, and what `sql`, of one
 * connection, did itself. A server process reports its counters as it ends, and only then leaves the list of activity;
 * an idle one may keep them for ten seconds, so every store of the database must be closed.
 */
export const allCounted = async (sql: Sql): Promise<void> => {
  const left = () =>
    sql`select from pg_stat_activity where datname = current_database() and application_name = 'yeoul'`;
  while ((await left()).length > 0) await realSystem.sleep(5);
  await sql`select pg_stat_force_next_flush()`;
};
