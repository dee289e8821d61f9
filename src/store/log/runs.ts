import { sql } from "drizzle-orm";
import { hasEnded, type Run, type StoredInput } from "../../domain/run.ts";
import type { Database, Session } from "../database.ts";
import { beginQuery } from "./begin.ts";
import { type CancelEnd, cancelRuns } from "./cancel-runs.ts";
import type { RunStore, StoredRequest } from "./contract.ts";
import { finishQuery } from "./finish.ts";
import { executedFirst, getRun, isRun } from "./get-run.ts";
import { joinRun } from "./join.ts";
import { listRunsQuery } from "./list-runs.ts";
import { claimed, runColumns, runOf, type ThreadPosition } from "./rows.ts";
import { runs } from "./schema.ts";
import { supersede } from "./supersede.ts";
import { withdrawQuery } from "./withdraw.ts";

export const runQueries = (
  database: Database,
): Pick<
  RunStore,
  "begin" | "withdraw" | "join" | "claim" | "finish" | "get" | "list" | "request" | "requestCancel"
> => ({
  ...listRunsQuery(database),
  begin: beginQuery(database),
  withdraw: withdrawQuery(database),
  join: (userId, runId) =>
    database.repeat(() => database.call("runs.join", (session) => joinRun(session, userId, runId))),
  finish: finishQuery(database),
  claim: (run) => database.call("runs.claim", (session) => session.transaction((inner) => claim(inner, run))),
  request: (userId, runId) => database.call("runs.request", (session) => request(session, userId, runId)),
  get: (userId, runId) => database.call("runs.get", (session) => getRun(session, userId, runId)),

  // Idempotent.
  requestCancel: (userId, runId, end) =>
    database.repeat(() =>
      database.call("runs.requestCancel", ({ transaction }) =>
        transaction((inner) => requestCancel(inner, userId, runId, end)),
      ),
    ),
});

const requestCancel = async (session: Session, userId: string, runId: string, end: CancelEnd): Promise<Run | null> => {
  const run = await getRun(session, userId, runId);
  if (run === null || hasEnded(run.status)) return run;
  await session.rows(sql`select 1 from threads where thread_key = ${run.threadKey} for update`);
  await cancelRuns(session, run.threadKey, sql`runs.run_id = ${runId}`, end);
  return getRun(session, userId, runId);
};

/**
 * Takes the thread's lock first and then reads its runs in another statement: a single statement would not see what was
 * committed while it waited.
 */
const claim = async (session: Session, run: Parameters<RunStore["claim"]>[0]): ReturnType<RunStore["claim"]> => {
  await session.rows(sql`select 1 from threads where thread_key = ${run.threadKey} for update`);
  const [row] = await session.rows<ThreadPosition & { cancelRequested: boolean; takesPlace: boolean }>(sql`
    with next as (
      select run_id from runs
      where thread_key = ${run.threadKey} and status in ('queued', 'running') and status = 'queued'
      order by turn limit 1
    ), thread as (
      update threads set running = true, queued = queued - 1, updated_at = greatest(updated_at, ${run.now}::bigint)
      where thread_key = ${run.threadKey} and not running and exists (select from next where run_id = ${run.runId})
      returning thread_key, last_seq, greatest(updated_at, last_at) as last_at
    ), claimed as (
      update runs set status = 'running', epoch = epoch + 1, attempt = attempt + 1, owner = ${run.owner}::text,
        lease_until = null, start_seq = thread.last_seq
      from thread where runs.thread_key = thread.thread_key and runs.run_id = ${run.runId}
      returning runs.thread_key, runs.run_id, runs.epoch, runs.start_seq, thread.last_at, runs.cancel_requested,
        runs.supersedes is not null as takes_place, runs.input ->> 'message' as content
    ), message as (
      insert into messages (thread_key, seq, role, id, run_id, content, created_at)
      select thread_key, start_seq + 1, 'user'::message_role, ${run.messageId}::text, run_id, content, ${run.now}::bigint from claimed
    )
    select epoch, start_seq as "lastSeq", last_at as "lastAt", cancel_requested as "cancelRequested",
      takes_place as "takesPlace"
    from claimed`);
  if (row === undefined) return null;
  const { cancelRequested, takesPlace } = row;
  const supersedes = takesPlace ? { supersedes: await supersede(session, run) } : {};
  return { ...claimed(run, row), cancelRequested, ...supersedes };
};

const request = async ({ db }: Session, userId: string, runId: string): Promise<StoredRequest | null> => {
  const columns = { ...runColumns, input: runs.input };
  const [row] = await db.select(columns).from(runs).where(isRun(userId, runId)).orderBy(executedFirst).limit(1);
  return row === undefined ? null : { run: runOf(row), input: JSON.parse(row.input) as StoredInput };
};
