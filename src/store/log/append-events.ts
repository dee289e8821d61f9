import { type SQL, sql } from "drizzle-orm";
import {
  checkpointColumns,
  eventColumns,
  eventRows,
  hasRounds,
  insertCheckpoints,
  insertEvents,
  insertRounds,
  requestColumns,
  requestRows,
  roundColumns,
} from "../columns.ts";
import { type Database, type Session, statement } from "../database.ts";
import { sqlState } from "../failure.ts";
import type { Append, EventStore } from "./contract.ts";

const UNIQUE_VIOLATION = "23505";

export const appendQuery = (database: Database): Pick<EventStore, "append"> => ({
  append: (batch) =>
    database.call(
      "events.append",
      async (session) => {
        const refused = await append(session, batch).catch((error) => {
          if (sqlState(error) === UNIQUE_VIOLATION) return appendAgain(session, columnsOf(batch));
          throw error;
        });
        return new Map(refused.map(({ runId, isGap }) => [runId, isGap ? "gap" : "stale"]));
      },
      { lane: "log" },
    ),
});

type Refused = { readonly runId: string; readonly isGap: boolean };

/**
 * Whether the log has the event `after`, in a query over `runs`. A failover loses the latest commits, so a run that
 * finds the event before its own has lost none. Where a run begins there may be no such event: the thread may be new,
 * or replace a deleted one of the same key.
 */
export const follows = (after: SQL) => sql`(
  runs.start_seq = ${after} or exists (select from events where events.thread_key = runs.thread_key and events.seq = ${after}))`;

/**
 * Whether a run that is looked up by its key is running, in a form that implies the condition of no partial index. The
 * indexes of unfinished runs are empty whenever no run is under way; if the table is analyzed at such a moment, the
 * planner would rather read all of `runs_by_owner` for each of a thousand runs than use the key.
 */
export const IS_RUNNING = sql`runs.status || '' = 'running'`;

/**
 * The hot path: one statement for all events that the process's runs have emitted since the last commit. Its FOR KEY
 * SHARE makes a run's end, its takeover and its thread's deletion wait (they lock FOR UPDATE), while leases can be
 * renewed concurrently. If one of those comes first, the row is checked again after the wait, and the run is refused.
 *
 * Each run is looked up by itself: the planner estimates the requested set at a hundred rows, and would rather read all
 * runs there are than look up so many.
 *
 * What lies before a run's first event is another run's, and may be packed: a run that would write there is stale.
 */
const holding = sql`
  select requested.place, run.thread_key, run.run_id, run.follows
  from requested cross join lateral (
    select runs.thread_key, runs.run_id, ${follows(sql`requested.after`)} as follows from runs
    where runs.thread_key = requested.thread_key and runs.run_id = requested.run_id
      and runs.epoch = requested.epoch and requested.after >= runs.start_seq and ${IS_RUNNING}
    for key share of runs
  ) as run`;
const refused = sql`
  select run_id as "runId", place in (select place from holding where not follows) as "isGap"
  from requested where place not in (select place from held)`;
const requestedRuns = sql`requested as (select * from ${requestRows}), holding as (${holding}), held as (select * from holding where follows)`;

const appendEvents = statement<Refused>(sql`with ${requestedRuns}, written as (${insertEvents}) ${refused}`);

const appendWithCheckpoints = statement<Refused>(sql`
  with ${requestedRuns}, written as (${insertEvents}), points as (${insertCheckpoints}) ${refused}`);

const appendWithRounds = statement<Refused>(sql`
  with ${requestedRuns}, written as (${insertEvents}), points as (${insertCheckpoints}), answers as (${insertRounds}) ${refused}`);

/**
 * For a repeated call after a conflict, when the caller did not receive the outcome of the first. The run's events that
 * are already written stay; a run that finds another run's event under its seq is refused.
 */
const appendAgain = statement<Refused>(sql`
  with requested as (select * from ${requestRows}), holding as (${holding}),
  taken as (
    select event.place from ${eventRows}
    join holding on holding.place = event.place
    join events on events.thread_key = holding.thread_key and events.seq = event.seq
    where events.run_id <> holding.run_id
  ), held as (select * from holding where follows and place not in (select place from taken)),
  written as (${insertEvents} on conflict do nothing),
  points as (${insertCheckpoints} on conflict do nothing),
  answers as (${insertRounds} on conflict do nothing)
  ${refused}`);

const append = (session: Session, batch: readonly Append[]): Promise<readonly Refused[]> => {
  if (hasRounds(batch)) return appendWithRounds(session, columnsOf(batch));
  const columns = { ...requestColumns(batch), ...eventColumns(batch) };
  return batch.some(({ checkpoints }) => checkpoints.length > 0)
    ? appendWithCheckpoints(session, { ...columns, ...checkpointColumns(batch) })
    : appendEvents(session, columns);
};

const columnsOf = (batch: readonly Append[]) => ({
  ...requestColumns(batch),
  ...eventColumns(batch),
  ...checkpointColumns(batch),
  ...roundColumns(batch),
});
