import { type SQL, sql } from "drizzle-orm";
import { databaseNow } from "../clock.ts";
import { type Database, statement } from "../database.ts";
import type { ThreadStore } from "./contract-threads.ts";

/** Threads that one statement looks at: 10 ms in the embedded database. */
const THREADS_A_LOOK = 1_000;

/**
 * Whether nothing was written to the row `threads` for so long. Its own time comes from replicas' clocks, so the
 * database's must agree: it was noted when each run of the thread was packed.
 */
export const isIdle = (forMs: SQL): SQL => sql`(
  not threads.is_deleted and not threads.running and threads.queued = 0
  and threads.updated_at < ${databaseNow} - ${forMs} and not exists (
    select from runs where runs.thread_key = threads.thread_key
      and (runs.packed_at is null or runs.packed_at > ${databaseNow} - ${forMs})))`;

export const idleThreadsQuery = (database: Database): Pick<ThreadStore, "idle"> => ({
  idle: (forMs, after) =>
    database.call(
      "threads.idle",
      async (session) => {
        const [found] = await look(session, { forMs, after: after ?? "" });
        const keys = JSON.parse(found?.idle ?? "[]");
        return { keys, next: found?.count === THREADS_A_LOOK ? found.last : null };
      },
      { lane: "bulk" },
    ),
});

const look = statement<{ idle: string; last: Parameters<ThreadStore["idle"]>[1]; count: number }>(sql`
  with few as (
    select threads.thread_key, ${isIdle(sql`${sql.placeholder("forMs")}::bigint`)} as is_idle from threads
    where threads.thread_key > ${sql.placeholder("after")}::text
    order by threads.thread_key limit ${sql.raw(String(THREADS_A_LOOK))}
  )
  select coalesce(json_agg(thread_key) filter (where is_idle), '[]')::text as idle, max(thread_key) as last,
    count(*)::int as count
  from few`);
