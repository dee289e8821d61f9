import { sql } from "drizzle-orm";
import type { LogEvent } from "../../domain/event.ts";
import { databaseNow } from "../clock.ts";
import { anyTexts, array, FEW, plain, RECORD_SEPARATOR, separated } from "../columns.ts";
import { type Database, type Session, statement } from "../database.ts";
import type { Fence } from "./contract.ts";
import type { Packed, PackingPlace, PackingStore } from "./contract-packing.ts";
import { foldQueries } from "./fold-runs.ts";
import { mayPack } from "./may-pack.ts";
import { MAX_JSON, packed, type Stretch } from "./stretch.ts";

/** How many runs and rows a transaction packs: some 20 ms in the embedded database, on the event loop. */
const RUNS_A_BATCH = 16;
const ROWS_A_BATCH = 2_048;

/** As Postgres stores it: a character takes up to 4 bytes. */
const MAX_BYTES = 4 * MAX_JSON;

/**
 * After how many packed events the embedded database is vacuumed: so much space it takes at most that is not used. In a
 * table of a million rows that takes it a quarter of a second, and in one that is packed already, 3 ms.
 */
const EVENTS_A_VACUUM = 50_000;

export const packingQueries = (database: Database): PackingStore => {
  let removed = 0;
  const isGone = async (events: number): Promise<void> => {
    removed += events;
    if (database.vacuums || removed < EVENTS_A_VACUUM) return;
    removed = 0;
    for (const table of ["events", "stretches"])
      await database.call("packing.vacuum", ({ rows }) => rows(sql.raw(`vacuum analyze ${table}`)), { lane: "bulk" });
  };
  return {
    ...foldQueries(database, isGone),
    pack: async (at) => {
      const done = await database.call(
        "packing.pack",
        ({ transaction }) => transaction((session) => pack(session, at)),
        { lane: "bulk" },
      );
      await isGone(done?.events ?? 0);
      return done;
    },
  };
};

/**
 * The lock on a run's row makes the deletion of its thread wait until its stretches are there to delete. Nobody else
 * writes to a run that has ended, and appends and starts of later runs do not touch its row.
 */
const pack = async (session: Session, at: PackingPlace | null): Promise<Packed | null> => {
  const [may] = await mayPack(session, {});
  if (may?.isLocked !== true || !may.isKnown) return null;
  const places = at === null ? await lockSome(session, {}) : await lockOne(session, { ...at });
  const found: (Stretch & Pick<Fence, "threadKey">)[] = [];
  const whole: PackingPlace[] = [];
  let next: PackingPlace | null = null;
  let limit = ROWS_A_BATCH;
  for (const place of places) {
    if (limit <= 0) break;
    const rows = await rowsOf(session, { ...place, limit });
    for (const stretch of packed(rows)) found.push({ ...stretch, threadKey: place.threadKey });
    // Every row that was looked at is the run's, so it may have more.
    if (rows.length === limit) next = { ...place, after: rows.at(-1)?.seq ?? place.after };
    else whole.push(place);
    limit -= rows.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const events = found.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);
  if (events > 0) await write(session, found, events);
  if (whole.length > 0) await markPacked(session, { keys: keysOf(whole), runs: idsOf(whole) });
  return { events, runs: whole.length, next };
};

/** In the words of the index `runs_to_pack`. */
const isToPack = sql`packed_at is null and status in ('succeeded', 'failed', 'cancelled')`;
const place = sql`thread_key as "threadKey", run_id as "runId", coalesce(start_seq, 0) as after`;

const lockSome = statement<PackingPlace>(sql`
  select ${place} from runs where ${isToPack}
  order by thread_key, run_id limit ${sql.raw(String(RUNS_A_BATCH))} for update skip locked`);

const lockOne = statement<PackingPlace>(sql`
  select thread_key as "threadKey", run_id as "runId", ${sql.placeholder("after")}::int as after from runs
  where thread_key = ${sql.placeholder("threadKey")} and run_id = ${sql.placeholder("runId")} and ${isToPack}
  for update skip locked`);

/** An event that is too long to be packed has no payload here: it only shows how far the run was looked at. */
const rowsOf = statement<LogEvent>(sql`
  select run_id as "runId", seq, type, at,
    case when pg_column_size(payload) <= ${sql.raw(String(MAX_BYTES))} then payload::text else '' end as json
  from (
    select * from events
    where thread_key = ${sql.placeholder("threadKey")} and seq > ${sql.placeholder("after")}::int
    order by seq limit ${sql.placeholder("limit")}::int
  ) as few where run_id = ${sql.placeholder("runId")} order by seq`);

/** Each row is looked up by its key, however small the planner takes the table for. */
const writeStretches = statement<{ gone: number }>(sql`
  with stretch as (
    select * from rows from (
      ${separated("keys")}, ${separated("runs")}, ${plain("firsts", "int")}, ${plain("lasts", "int")},
      ${plain("types", "text")}, ${anyTexts("texts")}
    ) with ordinality as given (thread_key, run_id, first_seq, last_seq, type, packed, place) where ${FEW}
  ), written as (
    insert into stretches (thread_key, first_seq, last_seq, run_id, type, packed)
    select thread_key, first_seq, last_seq, run_id, type, packed from stretch
  ), gone as (
    delete from events using stretch
    where events.thread_key = stretch.thread_key and events.seq between stretch.first_seq and stretch.last_seq
      and events.run_id = stretch.run_id
    returning 1
  )
  select count(*)::int as gone from gone`);

const write = async (
  session: Session,
  found: readonly (Stretch & Pick<Fence, "threadKey">)[],
  events: number,
): Promise<void> => {
  const [written] = await writeStretches(session, {
    keys: keysOf(found),
    runs: idsOf(found),
    firsts: array(found.map(({ firstSeq }) => firstSeq)),
    lasts: array(found.map(({ lastSeq }) => lastSeq)),
    types: array(found.map(({ type }) => type)),
    texts: JSON.stringify(found.map((stretch) => stretch.packed)),
  });
  // Thrown in the transaction, so nothing of it stays.
  if (written?.gone !== events) throw new Error(`${events} events were packed, and ${written?.gone} of them removed`);
};

const markPacked = statement(sql`
  update runs set packed_at = ${databaseNow}
  from rows from (${separated("keys")}, ${separated("runs")}) with ordinality as whole (thread_key, run_id, place)
  where runs.thread_key = whole.thread_key and runs.run_id = whole.run_id and ${FEW}`);

const keysOf = (runs: readonly Pick<Fence, "threadKey">[]): string =>
  runs.map(({ threadKey }) => threadKey).join(RECORD_SEPARATOR);
const idsOf = (runs: readonly Pick<Fence, "runId">[]): string => runs.map(({ runId }) => runId).join(RECORD_SEPARATOR);
