import { type SQL, sql } from "drizzle-orm";
import { storable, storableText } from "../../domain/text.ts";
import { userOf } from "../../domain/thread.ts";
import { anyTexts, array, FEW, plain, RECORD_SEPARATOR, separated } from "../columns.ts";
import { type Database, type Session, statement } from "../database.ts";
import { sqlState } from "../failure.ts";
import { CallGroup } from "./call-group.ts";
import type { BeginOutcome, NewRun } from "./contract.ts";
import { claimed, type ThreadPosition } from "./rows.ts";

const value = (name: string) => sql.placeholder(name);

const UNIQUE_VIOLATION = "23505";

/** How much of its first message becomes a thread's title. */
const TITLE_CHARACTERS = 80;

/** The update of an existing thread's row when one more run begins in it, or when a deleted thread is created again. */
const oneRunMore = sql`
  turns = threads.turns + 1,
  running = threads.running or threads.queued = 0,
  queued = threads.queued + (threads.running or threads.queued > 0)::int,
  title = case when threads.is_deleted then excluded.title else threads.title end,
  created_at = case when threads.is_deleted then excluded.created_at else threads.created_at end,
  last_at = case when threads.is_deleted then 0 else threads.last_at end,
  is_deleted = false,
  updated_at = greatest(threads.updated_at, excluded.updated_at)`;
const hasRoom = (maxQueued: SQL) => sql`(threads.queued < ${maxQueued} or not (threads.running or threads.queued > 0))`;
const threadColumns = sql.raw("thread_key, user_id, title, last_seq, turns, running, queued, created_at, updated_at");
const runColumns = sql.raw(
  "thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input, trace_id, created_at",
);
const messageColumns = sql.raw("thread_key, seq, role, id, run_id, content, created_at");

interface Begin extends Omit<ThreadPosition, "epoch"> {
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

/**
 * The same for many threads. It begins runs in threads that are new, or that exist with an unlocked row and room for
 * one more. It skips the other threads and the runs that already exist, and does not wait for them.
 */
const beginMany = statement<Begin & { place: number }>(sql`
  with requested as (
    select * from rows from (
      ${separated("keys")}, ${separated("runs")}, ${anyTexts("agents")}, ${anyTexts("owners")}, ${anyTexts("traces")},
      ${anyTexts("messages")}, ${anyTexts("titles")}, ${separated("inputs")}, ${plain("times", "bigint")}
    ) with ordinality as requested (thread_key, run_id, agent, owner, trace_id, message_id, title, input, now, place)
    where ${FEW}
  ), free as (
    select requested.place from requested cross join lateral (
      select 1 from threads where threads.thread_key = requested.thread_key and ${hasRoom(sql`${value("maxQueued")}::int`)}
      for update of threads skip locked
    ) as thread
  ), taken as (
    select * from requested
    where (place in (select place from free) or not exists (select from threads where threads.thread_key = requested.thread_key))
      and not exists (select from runs where runs.thread_key = requested.thread_key and runs.run_id = requested.run_id)
  ), thread as (
    insert into threads (${threadColumns})
    select thread_key, split_part(thread_key, ':', 1), title, 0, 1, true, 0, now, now from taken order by place
    on conflict (thread_key) do update set ${oneRunMore} where ${hasRoom(sql`${value("maxQueued")}::int`)}
    returning thread_key, last_seq, greatest(updated_at, last_at) as last_at, turns, queued = 0 as starts
  ), begun as (
    select taken.*, thread.last_seq, thread.last_at, thread.turns, thread.starts from thread join taken on taken.thread_key = thread.thread_key
  ), run as (
    insert into runs (${runColumns})
    select thread_key, run_id, agent, case when starts then 'running' else 'queued' end, turns, starts::int, starts::int,
      owner, case when starts then last_seq end, input::json, trace_id, now
    from begun
  ), message as (
    insert into messages (${messageColumns})
    select thread_key, last_seq + 1, 'user'::message_role, message_id, run_id, input::json ->> 'message', now
    from begun where starts
  )
  select place::int, last_seq as "lastSeq", last_at as "lastAt", starts from begun`);

/** A run as the store persists it, with its JSON rendered once. */
interface BeginCall extends NewRun {
  /** It was requested before, and may have begun without an answer. */
  readonly mayBeDone: boolean;
  readonly message: string;
  readonly json: string;
  readonly title: string;
}

export type BeginRun = (run: NewRun) => Promise<BeginOutcome>;

export const beginQuery = (database: Database): BeginRun => {
  const group = new CallGroup<BeginCall, BeginOutcome>(database, {
    name: "runs.begin",
    keyOf: ({ threadKey }) => threadKey,
    charsOf: ({ json }) => json.length,
    together: (calls) => database.call("runs.begin", (session) => together(session, calls)),
    alone: (call) => database.call("runs.begin", (session) => alone(session, call)),
  });
  return (run) => {
    const call = beginCallOf(run);
    return database.repeat((mayBeDone) => group.make({ ...call, mayBeDone }));
  };
};

const beginCallOf = (run: NewRun): Omit<BeginCall, "mayBeDone"> => {
  const message = storable(run.input.message);
  return { ...run, message, json: storableText(run.input), title: titleOf(message) };
};

const together = async (session: Session, calls: readonly BeginCall[]): Promise<readonly (BeginOutcome | null)[]> => {
  const rows = await beginMany(session, {
    keys: calls.map(({ threadKey }) => threadKey).join(RECORD_SEPARATOR),
    runs: calls.map(({ runId }) => runId).join(RECORD_SEPARATOR),
    agents: JSON.stringify(calls.map(({ agent }) => agent)),
    owners: JSON.stringify(calls.map(({ owner }) => owner)),
    traces: JSON.stringify(calls.map(({ traceId }) => traceId)),
    messages: JSON.stringify(calls.map(({ messageId }) => messageId)),
    titles: JSON.stringify(calls.map(({ title }) => title)),
    inputs: calls.map(({ json }) => json).join(RECORD_SEPARATOR),
    times: array(calls.map(({ now }) => now)),
    maxQueued: Math.min(...calls.map(({ maxQueued }) => maxQueued)),
  });
  const begun = new Map(rows.map((row) => [row.place, row]));
  return calls.map((run, at) => {
    const row = begun.get(at + 1);
    if (row === undefined) return null;
    return row.starts ? claimed(run, { ...row, epoch: 1 }) : { state: "queued" };
  });
};

const alone = async (session: Session, run: BeginCall): Promise<BeginOutcome> => {
  const before = run.mayBeDone ? await begunBefore(session, run) : null;
  if (before !== null) return before;
  const begun = await beginAlone(session, run);
  const isRefused = begun.state === "full" || begun.state === "known";
  // The earlier attempt may have committed only now: this one has waited for its lock.
  return isRefused && run.mayBeDone ? ((await begunBefore(session, run)) ?? begun) : begun;
};

const beginAlone = async (session: Session, run: BeginCall): Promise<BeginOutcome> => {
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
const begunBefore = async (session: Session, run: BeginCall): Promise<BeginOutcome | null> => {
  const [found] = await findBegun(session, { ...run });
  if (found === undefined) return null;
  return found.starts ? claimed(run, { ...found, epoch: 1 }) : { state: "queued" };
};

/** One line; of a long text only the beginning is examined. */
const titleOf = (message: string): string => {
  const line = message
    .slice(0, 8 * TITLE_CHARACTERS)
    .trim()
    .replace(/\s+/gu, " ");
  const title = line.length <= TITLE_CHARACTERS ? line : [...line].slice(0, TITLE_CHARACTERS).join("");
  return title.toWellFormed();
};
