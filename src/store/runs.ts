import { and, desc, eq, sql } from "drizzle-orm";
import type { Run, RunInput } from "../domain/run.ts";
import { storable, storableJson } from "../domain/text.ts";
import { userOf } from "../domain/thread.ts";
import { checkpointColumns, eventColumns, insertCheckpoints, insertEvents } from "./columns.ts";
import type { Begun, Claimed, Fence, NewRun, RunEnd, RunStore } from "./contract.ts";
import { type Database, type Session, statement } from "./database.ts";
import { sqlState } from "./failure.ts";
import { runOf } from "./rows.ts";
import { runs } from "./schema.ts";

const value = (name: string) => sql.placeholder(name);

const UNIQUE_VIOLATION = "23505";

/** How much of its first message names a thread. */
const TITLE_CHARACTERS = 80;

export const runQueries = (
  database: Database,
): Pick<RunStore, "begin" | "claim" | "finish" | "get" | "requestCancel"> => ({
  begin: (run) =>
    database.call("runs.begin", (session) =>
      begin(session, run).catch((error: unknown): Begun => {
        if (sqlState(error) === UNIQUE_VIOLATION) return { state: "known" };
        throw error;
      }),
    ),
  claim: (run) => database.call("runs.claim", (session) => session.transaction((inner) => claim(inner, run))),
  finish: (fence, end) => database.call("runs.finish", (session) => finish(session, fence, end)),
  get: (userId, runId) => database.call("runs.get", (session) => get(session, userId, runId)),

  requestCancel: (userId, runId) =>
    database.call("runs.requestCancel", async (session) => {
      await session.rows(sql`
        update runs set cancel_requested = true
        where run_id = ${runId} and split_part(thread_key, ':', 1) = ${userId} and status in ('queued', 'running')`);
      return get(session, userId, runId);
    }),
});

/**
 * One statement and no transaction around it: somebody waits for the first token. All that it decides on is in the
 * thread's row, which ON CONFLICT locks and reads in its newest version, whatever else the statement's snapshot sees.
 */
const beginRun = statement<{ lastSeq: number; lastAt: number; starts: boolean }>(sql`
  with thread as (
    insert into threads (thread_key, user_id, title, last_seq, turns, running, queued, created_at, updated_at)
    values (${value("threadKey")}, ${value("userId")}, ${value("title")}, 0, 1, true, 0, ${value("now")}, ${value("now")})
    on conflict (thread_key) do update set
      turns = threads.turns + 1,
      running = threads.running or threads.queued = 0,
      queued = threads.queued + (threads.running or threads.queued > 0)::int,
      title = case when threads.is_deleted then excluded.title else threads.title end,
      created_at = case when threads.is_deleted then excluded.created_at else threads.created_at end,
      last_at = case when threads.is_deleted then 0 else threads.last_at end,
      is_deleted = false,
      updated_at = greatest(threads.updated_at, excluded.updated_at)
    where threads.queued < ${value("maxQueued")}::int or not (threads.running or threads.queued > 0)
    returning thread_key, last_seq, greatest(updated_at, last_at) as last_at, turns, queued = 0 as starts, ${value("now")}::bigint as now
  ), run as (
    insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, lease_until, start_seq, input, trace_id, created_at)
    select thread_key, ${value("runId")}::text, ${value("agent")}::text, case when starts then 'running' else 'queued' end,
      turns, starts::int, starts::int, ${value("owner")}::text, now + ${value("leaseMs")}::bigint,
      case when starts then last_seq end, ${value("input")}::text::json, ${value("traceId")}::text, now
    from thread
    returning run_id
  ), message as (
    insert into messages (thread_key, seq, role, id, run_id, content, created_at)
    select thread_key, last_seq + 1, 'user'::message_role, ${value("messageId")}::text, run_id, ${value("message")}::text, now
    from thread cross join run where starts
  )
  select last_seq as "lastSeq", last_at as "lastAt", starts from thread`);

const begin = async (session: Session, { input, ...run }: NewRun): Promise<Begun> => {
  const kept = storableJson(input) as RunInput;
  const [thread] = await beginRun(session, {
    ...run,
    userId: userOf(run.threadKey),
    title: titleOf(kept.message),
    input: JSON.stringify(kept),
    message: kept.message,
  });
  if (thread === undefined) return { state: "full" };
  return thread.starts ? claimed(run, { ...thread, epoch: 1 }) : { state: "queued" };
};

/** The thread's lock first, then a look at its runs: a statement would not see what was committed while it waited. */
const claim = async (session: Session, run: Parameters<RunStore["claim"]>[0]): Promise<Claimed | null> => {
  await session.rows(sql`select 1 from threads where thread_key = ${run.threadKey} for update`);
  const [row] = await session.rows<Place>(sql`
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
        lease_until = ${run.now + run.leaseMs}::bigint, start_seq = thread.last_seq
      from thread where runs.thread_key = thread.thread_key and runs.run_id = ${run.runId}
      returning runs.thread_key, runs.run_id, runs.epoch, runs.start_seq, thread.last_at, runs.input ->> 'message' as content
    ), message as (
      insert into messages (thread_key, seq, role, id, run_id, content, created_at)
      select thread_key, start_seq + 1, 'user'::message_role, ${run.messageId}::text, run_id, content, ${run.now}::bigint from claimed
    )
    select epoch, start_seq as "lastSeq", last_at as "lastAt" from claimed`);
  return row === undefined ? null : claimed(run, row);
};

/** One statement: the thread is locked before its run, as everywhere, so that no two calls wait for each other. */
const finishRun = statement(sql`
  with thread as (
    select thread_key from threads where thread_key = ${value("threadKey")} for update
  ), held as (
    select 1 as place, runs.thread_key, runs.run_id
    from runs join thread on runs.thread_key = thread.thread_key
    where runs.run_id = ${value("runId")} and runs.epoch = ${value("epoch")}::int and runs.status = 'running'
    for update of runs
  ), ended as (
    update runs set status = ${value("status")}::text, ended_at = ${value("now")}::bigint,
      input_tokens = ${value("inputTokens")}::int, output_tokens = ${value("outputTokens")}::int,
      error_code = ${value("errorCode")}::text, error_message = ${value("errorMessage")}::text
    from held where runs.thread_key = held.thread_key and runs.run_id = held.run_id
  ), idle_thread as (
    update threads set running = false, last_seq = greatest(last_seq, ${value("lastSeq")}::int),
      last_at = greatest(last_at, ${value("lastAt")}::bigint), updated_at = greatest(updated_at, ${value("now")}::bigint)
    from held where threads.thread_key = held.thread_key
  ), message as (
    insert into messages (thread_key, seq, role, id, run_id, content, created_at)
    select thread_key, ${value("lastSeq")}::int, 'assistant'::message_role, ${value("messageId")}::text, run_id,
      ${value("content")}::text, ${value("now")}::bigint
    from held where ${value("messageId")}::text is not null
  ), written as (${insertEvents}), points as (${insertCheckpoints})
  select 1 from held`);

const finish = async (session: Session, fence: Fence, end: RunEnd): Promise<boolean> => {
  const held = await finishRun(session, {
    ...fence,
    status: end.status,
    now: end.now,
    inputTokens: end.usage.inputTokens,
    outputTokens: end.usage.outputTokens,
    errorCode: end.error?.code ?? null,
    errorMessage: end.error && storable(end.error.message),
    lastSeq: end.events.at(-1)?.seq ?? 0,
    lastAt: end.events.at(-1)?.at ?? 0,
    messageId: end.message?.id ?? null,
    content: end.message && storable(end.message.content),
    ...eventColumns([end]),
    ...checkpointColumns([end]),
  });
  return held.length > 0;
};

const get = async ({ db }: Session, userId: string, runId: string): Promise<Run | null> => {
  const [row] = await db
    .select()
    .from(runs)
    .where(and(eq(runs.runId, runId), eq(sql`split_part(${runs.threadKey}, ':', 1)`, userId)))
    // Where it was executed, should forks of that thread have it too.
    .orderBy(desc(runs.attempt))
    .limit(1);
  return row === undefined ? null : runOf(row);
};

/** Where a run that has started stands. */
interface Place extends Pick<Claimed, "lastSeq" | "lastAt"> {
  readonly epoch: number;
}

export const claimed = (
  { threadKey, runId }: Pick<NewRun, "threadKey" | "runId">,
  { epoch, lastSeq, lastAt }: Place,
): Claimed => ({ state: "running", fence: { threadKey, runId, epoch }, lastSeq, lastAt });

/** One line; of a long text only its beginning is looked at. */
const titleOf = (message: string): string => {
  const line = message
    .slice(0, 8 * TITLE_CHARACTERS)
    .trim()
    .replace(/\s+/gu, " ");
  return [...line].slice(0, TITLE_CHARACTERS).join("").toWellFormed();
};
