import { and, asc, between, eq, inArray, sql } from "drizzle-orm";
import type { EventType, LogEvent } from "../../domain/event.ts";
import { array, FEW, RECORD_SEPARATOR, separated, texts } from "../columns.ts";
import { type Database, type Session, statement } from "../database.ts";
import { boundedPage } from "../page-bytes.ts";
import { appendQuery } from "./append-events.ts";
import type { EventStore } from "./contract.ts";
import { events } from "./schema.ts";

export const eventQueries = (database: Database): EventStore => ({
  ...appendQuery(database),

  read: (threadKey, after, limit) =>
    database.call("events.read", (session) => readEvents(session, { threadKey, after, limit })),

  bounds: (threadKey) =>
    database.call("events.bounds", async ({ rows }) => {
      const [row] = await rows<{ first: number | null; last: number | null }>(
        sql`select min(seq) as first, max(seq) as last from events where thread_key = ${threadKey}`,
      );
      return row?.first == null || row.last == null ? null : { first: row.first, last: row.last };
    }),

  heads: (threadKeys) =>
    database.call("events.heads", async ({ rows }) => {
      const found = await rows<{ threadKey: (typeof threadKeys)[number]; seq: number }>(sql`
        select requested.thread_key as "threadKey", head.seq
        from ${texts(threadKeys)} as requested (thread_key)
        cross join lateral (
          select seq from events where events.thread_key = requested.thread_key order by seq desc limit 1
        ) head`);
      return new Map(found.map(({ threadKey, seq }) => [threadKey, seq]));
    }),

  between: (threadKey, first, last, types) =>
    database.call("events.between", ({ db }) =>
      db
        .select(logEvent)
        .from(events)
        .where(and(eq(events.threadKey, threadKey), between(events.seq, first, last), inArray(events.type, [...types])))
        .orderBy(asc(events.seq)),
    ),

  ofRun: (threadKey, runId, types) =>
    database.call("events.ofRun", async (session) => {
      const [found = []] = await eventsOf(session, [{ threadKey, runId }], types);
      return found;
    }),

  ofRuns: (requested, types) => database.call("events.ofRuns", (session) => eventsOf(session, requested, types)),
});

const logEvent = { runId: events.runId, seq: events.seq, type: events.type, at: events.at, json: events.payload };

const readEvents = statement<LogEvent>(
  boundedPage(
    sql`
      select run_id, seq, type, at, payload from events
      where thread_key = ${sql.placeholder("threadKey")}::text and seq > ${sql.placeholder("after")}::bigint
      order by seq limit ${sql.placeholder("limit")}::int`,
    sql`seq`,
    sql`payload`,
    sql`run_id as "runId", seq, type, at, payload as json`,
  ),
);

/**
 * A run's events are a contiguous range of the log, so they need no index of their own: the run's row holds where they
 * begin.
 */
const readRuns = statement<LogEvent & { place: number }>(sql`
  select requested.place::int, event.run_id as "runId", event.seq, event.type, event.at, event.payload as json
  from rows from (${separated("keys")}, ${separated("runs")}) with ordinality as requested (thread_key, run_id, place)
  cross join lateral (
    select events.* from runs join events on events.thread_key = runs.thread_key and events.run_id = runs.run_id
    where runs.thread_key = requested.thread_key and runs.run_id = requested.run_id and events.seq > runs.start_seq
      and events.type = any(${sql.placeholder("types")}::text::text[])
    offset 0
  ) as event
  where ${FEW} order by requested.place, event.seq`);

const eventsOf = async (
  session: Session,
  requested: Parameters<EventStore["ofRuns"]>[0],
  types: readonly EventType[],
): Promise<readonly (readonly LogEvent[])[]> => {
  const rows = await readRuns(session, {
    keys: requested.map(({ threadKey }) => threadKey).join(RECORD_SEPARATOR),
    runs: requested.map(({ runId }) => runId).join(RECORD_SEPARATOR),
    types: array(types),
  });
  const found = requested.map((): LogEvent[] => []);
  for (const { place, ...event } of rows) found[place - 1]?.push(event);
  return found;
};
