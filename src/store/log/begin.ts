import { sql } from "drizzle-orm";
import { storable, storableText } from "../../domain/text.ts";
import {
  anyTexts,
  array,
  checkpointColumns,
  eventColumns,
  FEW,
  insertCheckpoints,
  insertEvents,
  plain,
  RECORD_SEPARATOR,
  separated,
} from "../columns.ts";
import { type Database, type Session, statement } from "../database.ts";
import {
  type Begin,
  type BeginCall,
  beginByItself,
  hasRoom,
  messageColumns,
  oneRunMore,
  runColumns,
  threadColumns,
  value,
} from "./begin-one.ts";
import { beginPlaced } from "./begin-placed.ts";
import { CallGroup } from "./call-group.ts";
import type { BeginOutcome, EarlyWrite, NewRun } from "./contract.ts";
import { freeKey } from "./erase.ts";
import { claimed } from "./rows.ts";

/** How much of its first message becomes a thread's title. */
const TITLE_CHARACTERS = 80;

/**
 * The same for many threads. It begins runs in threads that are new, or that exist with an unlocked row and room for
 * one more. It skips the other threads and the runs that already exist, and does not wait for them. `besides` says what
 * else is written.
 */
const beginning = (besides = sql``) =>
  statement<Begin & { place: number }>(sql`
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
  )${besides}
  select place::int, last_seq as "lastSeq", last_at as "lastAt", starts from begun`);

const beginMany = beginning();

/** What the runs of new threads have emitted. Nothing checks their fence: only this statement makes it valid. */
const beginManyWithEvents = beginning(sql`,
  held as (select thread_key, run_id, place from begun where starts and last_seq = 0),
  written as (${insertEvents}), points as (${insertCheckpoints})`);

export type BeginRun = (run: NewRun) => Promise<BeginOutcome>;

export const beginQuery = (database: Database): BeginRun => {
  const group = new CallGroup<BeginCall, BeginOutcome>(database, {
    name: "runs.begin",
    keyOf: ({ threadKey }) => threadKey,
    charsOf: ({ json }) => json.length,
    // The run of a new thread goes on meanwhile: more of its events are written with its row.
    isPatient: ({ early }) => early !== undefined,
    together: (calls) => database.call("runs.begin", (session) => together(session, calls), { lane: "runs" }),
    alone: (call) => database.call("runs.begin", (session) => beginByItself(session, call)),
  });
  return async (run) => {
    const call = beginCallOf(run);
    const { placement } = run;
    for (;;) {
      const outcome = await (placement === undefined
        ? database.repeat((mayBeDone) => group.make({ ...call, mayBeDone }))
        : database.repeat((mayBeDone) => beginPlaced(database, { ...call, placement, mayBeDone })));
      if (outcome.state !== "full") return outcome;
      // There is no room either where the rows of a deleted thread of that name are not gone yet. By now they may be, and
      // another question may have made the thread anew.
      const found = await freeKey(database, run.threadKey);
      if (found === "thread" && (await isFull(database, run))) return outcome;
    }
  };
};

const isFull = (database: Database, { threadKey, maxQueued }: NewRun): Promise<boolean> =>
  database.call("runs.begin", async ({ rows }) => {
    const room = hasRoom(sql`${maxQueued}::int`);
    const found = await rows(sql`select 1 from threads where thread_key = ${threadKey} and not ${room}`);
    return found.length > 0;
  });

const beginCallOf = (run: NewRun): Omit<BeginCall, "mayBeDone"> => {
  const message = storable(run.input.message);
  return { ...run, message, json: storableText(run.input), title: titleOf(message) };
};

const together = async (session: Session, calls: readonly BeginCall[]): Promise<readonly (BeginOutcome | null)[]> => {
  const early = calls.map((call) => call.early?.() ?? NOTHING);
  const columns = {
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
  };
  const rows = early.every(({ events, checkpoints }) => events.length + checkpoints.length === 0)
    ? await beginMany(session, columns)
    : await beginManyWithEvents(session, { ...columns, ...eventColumns(early), ...checkpointColumns(early) });
  const begun = new Map(rows.map((row) => [row.place, row]));
  return calls.map((run, at) => {
    const row = begun.get(at + 1);
    if (row === undefined) return null;
    if (!row.starts) return { state: "queued" };
    const started = claimed(run, { ...row, epoch: 1 });
    const written = early[at];
    return run.early === undefined || written === undefined || row.lastSeq > 0 ? started : { ...started, written };
  });
};

const NOTHING: EarlyWrite = { events: [], checkpoints: [] };

/** One line; of a long text only the beginning is examined. */
const titleOf = (message: string): string => {
  const line = message
    .slice(0, 8 * TITLE_CHARACTERS)
    .trim()
    .replace(/\s+/gu, " ");
  const title = line.length <= TITLE_CHARACTERS ? line : [...line].slice(0, TITLE_CHARACTERS).join("");
  return title.toWellFormed();
};
