import { type SQL, sql } from "drizzle-orm";
import type { LogEvent } from "../../domain/event.ts";
import { storable } from "../../domain/text.ts";
import type { Thread, ThreadKey } from "../../domain/thread.ts";
import type { Database, Session } from "../database.ts";
import type { Fork, PartialRun, ThreadStore } from "./contract-threads.ts";
import { eventsOf, logBounds, type Piece, piecesBetween } from "./pieces.ts";
import { events, messages } from "./schema.ts";
import { forEachPart, type SeqRange } from "./seq-ranges.ts";
import { messageColumns } from "./supersede.ts";

export const forkQuery =
  (database: Database): ThreadStore["fork"] =>
  (fork) =>
    database.call("threads.fork", ({ transaction }) => transaction((session) => copy(session, fork)));

/**
 * The lock makes a concurrent deletion of the source wait; if the deletion came first, the source is gone. Nothing else
 * has to wait: what is copied never changes, because a log only grows. The new thread is invisible until all of it is
 * there.
 */
const copy = async (session: Session, fork: Fork): Promise<Thread | "gone" | "taken"> => {
  const { from, to, checkpoint, through, partial, now } = fork;
  const [source] = await session.rows<{ title: string | null }>(sql`
    select thread.title
    from threads as thread join checkpoints as point on point.thread_key = thread.thread_key
    where thread.thread_key = ${from} and not thread.is_deleted and point.seq = ${checkpoint.seq} and point.checkpoint_id = ${checkpoint.checkpointId}
    for key share of thread`);
  if (source === undefined) return "gone";
  const lastSeq = partial?.end.events.at(-1)?.seq ?? through;
  const made = await session.rows(sql`
    insert into threads (thread_key, user_id, title, last_seq, turns, running, queued, created_at, updated_at)
    select ${to}::text, user_id, title, ${lastSeq}::int, turns, false, 0, ${now}::bigint, ${now}::bigint
    from threads where thread_key = ${from}
    on conflict do nothing returning 1`);
  if (made.length === 0) return "taken";
  await session.rows(copyRows(fork));
  await copyEvents(session, fork);
  if (partial !== null) await endPartialRun(session, fork, partial);
  await session.rows(sql`update threads set last_at = greatest(last_at, (${lastTime(to)})) where thread_key = ${to}`);
  return { threadKey: to, title: source.title, lastSeq, createdAt: now, updatedAt: now };
};

const lastTime = (key: ThreadKey) => sql`select at from events where thread_key = ${key} order by seq desc limit 1`;

/** A run that is cut gets another id in the new thread. */
const newRunId = ({ partial }: Fork, runId = sql`run_id`): SQL =>
  partial === null ? runId : sql`case when ${runId} = ${partial.runId} then ${partial.newRunId} else ${runId} end`;

const copyEvents = async (session: Session, fork: Fork): Promise<void> => {
  const { from } = fork;
  const [log] = await session.rows<{ first: number | null }>(logBounds(sql`${from}`));
  await forEachPart({ after: (log?.first ?? 1) - 1, through: fork.through }, (part) => copyPart(session, fork, part));
};

/**
 * Copies a part of the log. One statement reads it, because packing may go on meanwhile. Of a stretch that lies only
 * partly in it, and of the one that ends the copy, those events are copied by themselves.
 */
const copyPart = async ({ db, rows }: Session, fork: Fork, { after, through }: SeqRange): Promise<void> => {
  const { from, to } = fork;
  const runId = newRunId(fork);
  const isWhole = sql`first_seq > ${after}::int and seq <= ${through}::int and seq < ${fork.through}::int`;
  const pieces = await rows<Piece>(sql`
    with part as (
      select * from (${piecesBetween(sql`${from}::text`, sql`${after + 1}::int`, sql`${through}::int`, null)}) as piece
    ), copied as (
      insert into events (thread_key, seq, at, run_id, type, payload)
      select ${to}::text, seq, at, ${runId}, type, payload from part where packed is null
    ), copied_stretches as (
      insert into stretches (thread_key, first_seq, last_seq, run_id, type, packed)
      select ${to}::text, first_seq, seq, ${runId}, type, packed from part where packed is not null and ${isWhole}
    )
    select ${runId} as "runId", first_seq as "firstSeq", seq, type, at, payload as json, packed from part
    where packed is not null and not (${isWhole})`);
  const cut = pieces.flatMap(eventsOf).filter(({ seq }) => seq > after && seq <= through);
  if (cut.length > 0) await db.insert(events).values(cut.map((event) => rowOf(to, event)));
};

const rowOf = (threadKey: ThreadKey, { seq, at, runId, type, json }: LogEvent) => ({
  ...{ threadKey, seq, at, runId, type },
  payload: json,
});

/**
 * Copies everything but the events. A turn whose place was taken after `through` stands in the new thread: there, the
 * run that took it never was.
 */
const copyRows = (fork: Fork): SQL => {
  const { from, to, checkpoint, through, partial } = fork;
  const runId = newRunId(fork);
  return sql`
    with superseded as (
      select old.run_id, ${newRunId(fork, sql`anew.run_id`)} as superseded_by
      from runs as old join runs as anew on anew.thread_key = old.thread_key and anew.run_id = old.superseded_by
      where old.thread_key = ${from} and anew.start_seq < ${through}::int
    ), copied_runs as (
      insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input,
        trace_id, input_tokens, output_tokens, error_code, error_message, created_at, ended_at, superseded_by)
      select ${to}::text, run_id, agent, status, turn, 0, 0, '', start_seq, input,
        trace_id, input_tokens, output_tokens, error_code, error_message, created_at, ended_at,
        (select superseded_by from superseded where superseded.run_id = runs.run_id)
      from runs where thread_key = ${from} and start_seq < ${through}::int and run_id is distinct from ${partial?.runId ?? null}::text
    ), message as (
      select ${messageColumns} from messages where thread_key = ${from} and seq <= ${through}::int
      union all
      select ${messageColumns} from superseded_messages where thread_key = ${from} and seq <= ${through}::int
    ), copied_messages as (
      insert into messages (${messageColumns})
      select ${to}::text, seq, role, id, ${runId}, content, created_at, detail
      from message where run_id not in (select run_id from superseded)
    ), copied_superseded as (
      insert into superseded_messages (${messageColumns})
      select ${to}::text, seq, role, id, ${runId}, content, created_at, detail
      from message where run_id in (select run_id from superseded)
    ), copied_checkpoints as (
      insert into checkpoints (thread_key, seq, checkpoint_id, run_id, node, change, at)
      select ${to}::text, seq, checkpoint_id, ${runId}, node, change, at
      from checkpoints where thread_key = ${from} and (seq, checkpoint_id) <= (${checkpoint.seq}::int, ${checkpoint.checkpointId}::text)
    ), copied_rounds as (
      insert into rounds (thread_key, run_id, number, seq, model, calls, data, at)
      select ${to}::text, ${runId}, number, seq, model, calls, data, at
      from rounds where thread_key = ${from} and seq <= ${through}::int
    )
    insert into images (thread_key, image_id, media_type, width, height, bytes, created_at)
    select ${to}::text, image_id, media_type, width, height, bytes, created_at
    from images where thread_key = ${from} and image_id in (
      select payload ->> 'image_id' from events
      where thread_key = ${from} and seq <= ${through}::int and type = 'image_result'
      union all
      select substring(packed from '{.*')::json ->> 'image_id' from stretches
      where thread_key = ${from} and last_seq <= ${through}::int and type = 'image_result'
    )`;
};

const endPartialRun = async (
  { db, rows }: Session,
  { from, to }: Fork,
  { runId, newRunId, end }: PartialRun,
): Promise<void> => {
  const threadKey = to;
  await rows(sql`
    insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input,
      trace_id, input_tokens, output_tokens, error_code, error_message, created_at, ended_at)
    select ${to}::text, ${newRunId}::text, agent, ${end.status}::text, turn, 0, 0, '', start_seq, input,
      trace_id, ${end.usage.inputTokens}::int, ${end.usage.outputTokens}::int, ${end.error?.code ?? null}::text,
      ${end.error?.message ?? null}::text, ${end.now}::bigint, ${end.now}::bigint
    from runs where thread_key = ${from} and run_id = ${runId}`);
  await db.insert(events).values(
    end.events.map((event) => ({
      ...rowOf(to, event),
      at: sql`greatest(${event.at}::bigint, (${lastTime(to)}))`,
      runId: newRunId,
    })),
  );
  if (end.message === null) return;
  const { id, content, detail = null } = end.message;
  const seq = end.events.at(-1)?.seq ?? 0;
  await db.insert(messages).values({
    ...{ threadKey, seq, role: "assistant", id, runId: newRunId, createdAt: end.now },
    ...{ content: storable(content), detail },
  });
};
