import { sql } from "drizzle-orm";
import { hasEnded, type RunStatus } from "../../domain/run.ts";
import { threadIdOf, userOf } from "../../domain/thread.ts";
import type { Database } from "../database.ts";
import type { ThreadStore } from "./contract-threads.ts";
import { isIdle } from "./idle-threads.ts";
import { logBounds } from "./pieces.ts";
import { forEachPart } from "./seq-ranges.ts";

/**
 * Deletes all that belongs to a thread. What stays is its row, without a title, so that a thread made under the same key
 * counts on.
 *
 * Several statements, because each sees only what was committed before it began. The thread's lock keeps new runs, ends
 * and images out; deleting the runs waits for the appends under way; only then is everything there to delete. One seq
 * is skipped after the last, so that a reader that has read up to there sees a gap before another thread under that
 * key.
 */
export const deleteThreadQuery = (database: Database): Pick<ThreadStore, "delete"> => ({
  delete: (threadKey, idleForMs = null) =>
    database.call("threads.delete", ({ transaction }) =>
      transaction(async ({ rows }) => {
        const isMeant = idleForMs === null ? sql`not is_deleted` : isIdle(sql`${idleForMs}::bigint`);
        const found = await rows(sql`select 1 from threads where thread_key = ${threadKey} and ${isMeant} for update`);
        if (found.length === 0) return null;
        const runs = await rows<{ runId: string; status: RunStatus }>(
          sql`delete from runs where thread_key = ${threadKey} returning run_id as "runId", status`,
        );
        const [log] = await rows<{ first: number | null; last: number | null }>(logBounds(sql`${threadKey}`));
        const last = log?.last ?? 0;
        await forEachPart({ after: (log?.first ?? 1) - 1, through: last }, ({ after, through }) =>
          rows(sql`
            with s as (
              delete from stretches
              where thread_key = ${threadKey} and first_seq > ${after}::bigint and first_seq <= ${through}::bigint
            )
            delete from events
            where thread_key = ${threadKey} and seq > ${after}::bigint and seq <= ${through}::bigint`),
        );
        await rows(sql`
          with m as (delete from messages where thread_key = ${threadKey}),
          s as (delete from superseded_messages where thread_key = ${threadKey}),
          c as (delete from checkpoints where thread_key = ${threadKey}),
          r as (delete from rounds where thread_key = ${threadKey}),
          i as (delete from images where thread_key = ${threadKey}),
          f as (delete from run_files where thread_key = ${threadKey}),
          t as (delete from tickets where user_id = ${userOf(threadKey)} and thread_id = ${threadIdOf(threadKey)})
          update threads set is_deleted = true, title = null, running = false, queued = 0,
            last_seq = greatest(last_seq, ${last}::int) + 1
          where thread_key = ${threadKey}`);
        return runs.filter(({ status }) => !hasEnded(status)).map(({ runId }) => runId);
      }),
    ),
});
