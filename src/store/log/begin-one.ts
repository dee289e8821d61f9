import { type SQL, sql } from "drizzle-orm";
import { userOf } from "../../domain/thread.ts";
import { type Session, statement } from "../database.ts";
import { sqlState } from "../failure.ts";
import type { BeginOutcome, NewRun } from "./contract.ts";
import { claimed, type ThreadPosition } from "./rows.ts";

/** A placeholder of a statement. */
export const value = (name: string) => sql.placeholder(name);

const UNIQUE_VIOLATION = "23505";

/** The update of an existing thread's row when one more run begins in it, or when a deleted thread is created again. */
export const oneRunMore = sql`
  turns = threads.turns + 1,
  running = threads.running or threads.queued = 0,
  queued = threads.queued + (threads.running or threads.queued > 0)::int,
  title = case when threads.is_deleted then excluded.title else threads.title end,
  created_at = case when threads.is_deleted then excluded.created_at else threads.created_at end,
  last_at = case when threads.is_deleted then 0 else threads.last_at end,
  is_deleted = false,
  updated_at = greatest(threads.updated_at, excluded.updated_at)`;
export const hasRoom = (maxQueued: SQL) =>
  sql`(threads.erase_at is null and (threads.queued < ${maxQueued} or not (threads.running or threads.queued > 0)))`;
export const threadColumns = sql.raw(
  "thread_key, user_id, title, last_seq, turns, running, queued, created_at, updated_at",
);
export const runColumns = sql.raw(
  "thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input, trace_id, created_at",
);
export const messageColumns = sql.raw("thread_key, seq, role, id, run_id, content, created_at");

export interface Begin extends Omit<ThreadPosition, "epoch"> {
  readonly starts: boolean;
}

/**
 * One statement without a transaction around it, because a user waits for the first token. Everything that it decides
 * on is in the thread's row, which ON CONFLICT locks and reads in its newest version, whatever else the statement's
 * snapshot sees.
 */
const beginOne = statement<Begin>(sql`
  with thread as (
    insert into threads (${threadColumns})
    values (${value("threadKey")}, ${value("userId")}, ${value("title")}, 0, 1, true, 0, ${value("now")}, ${value("now")})
    on conflict (thread_key) do update set ${oneRunMore} where ${hasRoom(sql`${value("maxQueued")}::int`)}
    returning thread_key, last_seq, greatest(updated_at, last_at) as last_at, turns, queued = 0 as starts, ${value("now")}::bigint as now
  ), run as (
    insert into runs (${runColumns})
    select thread_key, ${value("runId")}::text, ${value("agent")}::text, case when starts then 'running' else 'queued' end,
      turns, starts::int, starts::int, ${value("owner")}::text,
      case when starts then last_seq end, ${value("input")}::text::json, ${value("traceId")}::text, now
    from thread
    returning run_id
  ), message as (
    insert into messages (${messageColumns})
    select thread_key, last_seq + 1, 'user'::message_role, ${value("messageId")}::text, run_id, ${value("message")}::text, now
    from thread cross join run where starts
  )
  select last_seq as "lastSeq", last_at as "lastAt", starts from thread`);

/** A run as the store persists it, with its JSON rendered once. */
export interface BeginCall extends NewRun {
  /** It was requested before, and may have begun without an answer. */
  readonly mayBeDone: boolean;
  readonly message: string;
  readonly json: string;
  readonly title: string;
}

/** Begins one run, and finds what an earlier attempt at the same has begun. */
export const beginByItself = async (session: Session, run: BeginCall): Promise<BeginOutcome> => {
  const before = run.mayBeDone ? await begunBefore(session, run) : null;
  if (before !== null) return before;
  const begun = await beginAlone(session, run);
  const isRefused = begun.state === "full" || begun.state === "known";
  // The earlier attempt may have committed only now: this one has waited for its lock.
  return isRefused && run.mayBeDone ? ((await begunBefore(session, run)) ?? begun) : begun;
};

/** Without a check for earlier attempts. */
export const beginAlone = async (session: Session, run: BeginCall): Promise<BeginOutcome> => {
  try {
    const [thread] = await beginOne(session, { ...run, userId: userOf(run.threadKey), input: run.json });
    if (thread === undefined) return { state: "full" };
    return thread.starts ? claimed(run, { ...thread, epoch: 1 }) : { state: "queued" };
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) return { state: "known" };
    throw error;
  }
};

const findBegun = statement<Begin>(sql`
  select coalesce(runs.start_seq, 0) as "lastSeq", greatest(threads.updated_at, threads.last_at) as "lastAt",
    runs.status = 'running' as starts
  from runs join threads on threads.thread_key = runs.thread_key
  where runs.thread_key = ${value("threadKey")} and runs.run_id = ${value("runId")} and runs.owner = ${value("owner")}
    and runs.status in ('queued', 'running') and runs.attempt <= 1`);

/** What an earlier attempt of this process began without an answer. Null when none did. */
export const begunBefore = async (session: Session, run: BeginCall): Promise<BeginOutcome | null> => {
  const [found] = await findBegun(session, { ...run });
  if (found === undefined) return null;
  return found.starts ? claimed(run, { ...found, epoch: 1 }) : { state: "queued" };
};
