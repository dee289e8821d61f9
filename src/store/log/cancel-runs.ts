import { type SQL, sql } from "drizzle-orm";
import type { ThreadKey } from "../../domain/thread.ts";
import type { Session } from "../database.ts";
import type { RunStore } from "./contract.ts";
import { isUnfinished, NOBODY } from "./rows.ts";

/** What a run ends with that is cancelled before it has begun. */
export type CancelEnd = Parameters<RunStore["requestCancel"]>[2];

/**
 * Cancels those unfinished runs of a thread that `which` selects. Only its owner ends a running run. One
 * that waits is released: whoever takes it ends it. A queued run ends
 * here and now: it has no position in the log yet, and must not wait for the run before it only to get one. Must be
 * called with the thread's lock, which prevents a claim meanwhile. Returns their ids, in order.
 */
export const cancelRuns = async (
  { rows }: Session,
  threadKey: ThreadKey,
  which: SQL,
  { now, error }: CancelEnd,
): Promise<readonly string[]> => {
  const found = await rows<{ runId: string }>(sql`
    with ended as (
      update runs set status = 'cancelled', cancel_requested = true, ended_at = ${now}::bigint,
        error_code = ${error.code}::text, error_message = ${error.message}::text
      where runs.thread_key = ${threadKey} and ${isUnfinished} and runs.status = 'queued' and ${which}
      returning run_id, turn
    ), requested as (
      update runs set cancel_requested = true, status = 'running', wait_until = null,
        owner = case when status = 'waiting' then ${NOBODY}::text else owner end,
        released = case when status = 'waiting' then 'resumed' else released end
      where runs.thread_key = ${threadKey} and ${isUnfinished} and runs.status <> 'queued' and ${which}
      returning run_id, turn
    ), thread as (
      update threads set queued = queued - (select count(*) from ended)
      where threads.thread_key = ${threadKey} and exists (select from ended)
    )
    select run_id as "runId" from (select * from ended union all select * from requested) as run order by turn`);
  return found.map(({ runId }) => runId);
};
