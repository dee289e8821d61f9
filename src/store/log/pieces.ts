import { type SQL, sql } from "drizzle-orm";
import type { EventType, LogEvent } from "../../domain/event.ts";
import type { FoldedAnswer } from "./message-events.ts";
import { type Stretch, type StretchType, unpacked } from "./stretch.ts";
import { unfolded } from "./unfold.ts";

/**
 * A row of a log: one event, a stretch of packed ones, or a folded run. Whoever reads events reads these, in one
 * statement: packing may move events from one table to the other between two. `json` of a folded run is its message
 * (`FoldedAnswer`).
 */
export type Piece =
  | (LogEvent & { readonly firstSeq: number; readonly packed: null })
  | (Omit<Stretch, "lastSeq"> & { readonly seq: number; readonly at: null; readonly json: string | null });

export const FOLDED: StretchType = "folded";

/** The columns of a piece, of the rows that the fragments below give. */
export const pieceColumns = sql`run_id as "runId", first_seq as "firstSeq", seq, type, at, payload as json, packed`;

const ofEvents = sql`select events.run_id, events.seq as first_seq, events.seq, events.type, events.at, events.payload, null::text as packed from events`;
/** A run's answer has the seq of the run's last event. */
const answerIn = (table: SQL): SQL => sql`
  select json_build_object('content', answer.content, 'detail', answer.detail) from ${table} as answer
  where answer.thread_key = stretches.thread_key and answer.seq = stretches.last_seq and answer.role = 'assistant'`;
const ofStretches = sql`select stretches.run_id, stretches.first_seq, stretches.last_seq as seq, stretches.type, null::bigint as at,
  case when stretches.type = 'folded'
    then coalesce((${answerIn(sql`messages`)}), (${answerIn(sql`superseded_messages`)})) end as payload,
  stretches.packed from stretches`;

interface PiecesAfter {
  readonly threadKey: SQL;
  readonly after: SQL;
  /** In events. The last stretch may have more. */
  readonly limit: SQL;
}

/**
 * The pieces of the first `limit` events of a thread after a seq, in any order. A log has no gap, so they are found by
 * their numbers: its next event has the next seq. Only before its first event, in a thread that replaces a deleted one,
 * is it looked for.
 */
export const piecesAfter = ({ threadKey, after, limit }: PiecesAfter): SQL => sql`
  with held as (
    select first_seq, last_seq from stretches
    where stretches.thread_key = ${threadKey} and stretches.first_seq <= ${after} order by first_seq desc limit 1
  ), start as (
    select coalesce((select first_seq from held where last_seq > ${after}), ${after} + 1) as first_seq, case
      when exists (select from held where last_seq > ${after})
        or exists (select from events where events.thread_key = ${threadKey} and events.seq = ${after} + 1)
        or exists (select from stretches where stretches.thread_key = ${threadKey} and stretches.first_seq = ${after} + 1)
      then ${after} + 1
      else least(
        (select events.seq from events where events.thread_key = ${threadKey} and events.seq > ${after} order by events.seq limit 1),
        (select stretches.first_seq from stretches
          where stretches.thread_key = ${threadKey} and stretches.first_seq > ${after} order by stretches.first_seq limit 1)
      ) end as seq
  )
  (${ofEvents}
    where events.thread_key = ${threadKey} and events.seq > ${after} and events.seq < (select start.seq from start) + ${limit}
    order by events.seq limit ${limit})
  union all
  (${ofStretches}
    where stretches.thread_key = ${threadKey} and stretches.first_seq >= (select start.first_seq from start)
      and stretches.first_seq < (select start.seq from start) + ${limit}
    order by stretches.first_seq limit ${limit})`;

/**
 * The pieces with any of the events from `first` through `last`. Rows only of these types, unless null; a stretch may
 * hold any.
 */
export const piecesBetween = (threadKey: SQL, first: SQL, last: SQL, types: SQL | null): SQL => sql`
  ${ofEvents}
  where events.thread_key = ${threadKey} and events.seq between ${first} and ${last}
    ${types === null ? sql`` : sql`and events.type = any(${types})`}
  union all
  ${ofStretches}
  where stretches.thread_key = ${threadKey} and stretches.first_seq <= ${last} and stretches.last_seq >= ${first}
    and stretches.first_seq >= coalesce((
      select before.first_seq from stretches as before
      where before.thread_key = ${threadKey} and before.first_seq <= ${first} order by before.first_seq desc limit 1
    ), ${first})`;

/**
 * The first pieces of a log from the one with the event `known` on, which should be its last. So there are seldom
 * stretches from there on, and one look at the newest tells.
 */
export const piecesFrom = (threadKey: SQL, known: SQL, limit: SQL): SQL => sql`
  (${ofEvents}
    where events.thread_key = ${threadKey} and events.seq >= ${known} order by events.seq limit ${limit})
  union all
  (${ofStretches}
    where ${known} <= (
        select newest.last_seq from stretches as newest
        where newest.thread_key = ${threadKey} order by newest.first_seq desc limit 1
      ) and stretches.thread_key = ${threadKey} and stretches.last_seq >= ${known}
      and stretches.first_seq >= coalesce((
        select before.first_seq from stretches as before
        where before.thread_key = ${threadKey} and before.first_seq <= ${known} order by before.first_seq desc limit 1
      ), ${known})
    order by stretches.first_seq limit ${limit})`;

/** The last seq of a log; null when it is empty. */
export const logHead = (threadKey: SQL): SQL => sql`greatest(
  (select events.seq from events where events.thread_key = ${threadKey} order by events.seq desc limit 1),
  (select last_seq from stretches where stretches.thread_key = ${threadKey} order by first_seq desc limit 1))`;

/** The first and last seq of a log. */
export const logBounds = (threadKey: SQL): SQL => sql`
  select least(
    (select events.seq from events where events.thread_key = ${threadKey} order by events.seq limit 1),
    (select first_seq from stretches where stretches.thread_key = ${threadKey} order by first_seq limit 1)
  ) as first, ${logHead(threadKey)} as last`;

/**
 * The pieces of one run: rows only of these types, while a stretch may hold any. A run's events are a contiguous range
 * of the log, so they need no index of their own: the run's row holds where they begin.
 */
export const piecesOfRun = (threadKey: SQL, runId: SQL, types: SQL): SQL => sql`
  ${ofEvents} join runs on events.thread_key = runs.thread_key and events.run_id = runs.run_id
  where runs.thread_key = ${threadKey} and runs.run_id = ${runId} and events.seq > runs.start_seq
    and events.type = any(${types})
  union all
  ${ofStretches} join runs on stretches.thread_key = runs.thread_key and stretches.run_id = runs.run_id
  where runs.thread_key = ${threadKey} and runs.run_id = ${runId} and stretches.first_seq > runs.start_seq`;

/** The events of a piece. */
export const eventsOf = (piece: Piece): readonly LogEvent[] => {
  const { runId, firstSeq, seq, type } = piece;
  if (type === FOLDED) return unfolded({ runId, firstSeq, packed: piece.packed ?? "" }, answerOf(piece));
  if (piece.packed !== null) return unpacked({ ...piece, type: type as StretchType, lastSeq: seq });
  return [{ runId, seq: firstSeq, type: type as EventType, at: piece.at, json: piece.json }];
};

const answerOf = ({ runId, json }: Piece): FoldedAnswer => {
  if (json === null) throw new Error(`the folded run ${runId} has no message`);
  return JSON.parse(json) as FoldedAnswer;
};
