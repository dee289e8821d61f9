import { sql } from "drizzle-orm";
import type { EventType, LogEvent } from "../../domain/event.ts";
import type { ThreadKey } from "../../domain/thread.ts";
import { array, FEW, RECORD_SEPARATOR, separated, texts } from "../columns.ts";
import { type Database, type Session, statement } from "../database.ts";
import { boundedPage, pageOf } from "../page-bytes.ts";
import { appendQuery } from "./append-events.ts";
import type { EventStore } from "./contract.ts";
import { newsQuery } from "./news.ts";
import {
  eventsOf,
  logBounds,
  logHead,
  type Piece,
  pieceColumns,
  piecesAfter,
  piecesBetween,
  piecesOfRun,
} from "./pieces.ts";

export const eventQueries = (database: Database): EventStore => ({
  ...appendQuery(database),
  ...newsQuery(database),

  read: (threadKey, after, limit) =>
    database.call("events.read", (session) => readEvents(session, threadKey, after, limit)),

  bounds: (threadKey) =>
    database.call("events.bounds", async ({ rows }) => {
      const [row] = await rows<{ first: number | null; last: number | null }>(logBounds(sql`${threadKey}`));
      return row?.first == null || row.last == null ? null : { first: row.first, last: row.last };
    }),

  heads: (threadKeys) =>
    database.call("events.heads", async ({ rows }) => {
      const found = await rows<{ threadKey: (typeof threadKeys)[number]; seq: number }>(sql`
        select requested.thread_key as "threadKey", head.seq
        from ${texts(threadKeys)} as requested (thread_key)
        cross join lateral (select ${logHead(sql`requested.thread_key`)} as seq) as head
        where head.seq is not null`);
      return new Map(found.map(({ threadKey, seq }) => [threadKey, seq]));
    }),

  between: (threadKey, first, last, types) =>
    database.call("events.between", async (session) => {
      const pieces = await readBetween(session, { threadKey, first, last, types: array(types) });
      const found = pieces.flatMap(eventsOf);
      return found.filter(({ seq, type }) => seq >= first && seq <= last && types.includes(type));
    }),

  ofRun: (threadKey, runId, types) =>
    database.call("events.ofRun", async (session) => {
      const [found = []] = await eventsOfRuns(session, [{ threadKey, runId }], types);
      return found;
    }),

  ofRuns: (requested, types) => database.call("events.ofRuns", (session) => eventsOfRuns(session, requested, types)),
});

const key = sql`${sql.placeholder("threadKey")}::text`;
const types = sql`${sql.placeholder("types")}::text::text[]`;
const value = (name: string) => sql`${sql.placeholder(name)}::bigint`;

const readPieces = statement<Piece>(
  boundedPage(
    piecesAfter({ threadKey: key, after: value("after"), limit: value("limit") }),
    sql`seq`,
    sql`payload`,
    pieceColumns,
  ),
);

/** See `EventStore.read`. */
export const readEvents = async (
  session: Session,
  threadKey: ThreadKey,
  after: number,
  limit: number,
): Promise<readonly LogEvent[]> => {
  const pieces = await readPieces(session, { threadKey, after, limit });
  const found = pieces.flatMap(eventsOf).filter(({ seq }) => seq > after);
  return pageOf(found, ({ json }) => json).slice(0, limit);
};

const readBetween = statement<Piece>(sql`
  select ${pieceColumns} from (${piecesBetween(key, value("first"), value("last"), types)}) as piece order by seq`);

const readRuns = statement<Piece & { place: number }>(sql`
  select requested.place::int, ${pieceColumns}
  from rows from (${separated("keys")}, ${separated("runs")}) with ordinality as requested (thread_key, of_run, place)
  cross join lateral (${piecesOfRun(sql`requested.thread_key`, sql`requested.of_run`, types)} offset 0) as piece
  where ${FEW} order by requested.place, seq`);

const eventsOfRuns = async (
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
  for (const { place, ...piece } of rows) {
    for (const event of eventsOf(piece)) if (types.includes(event.type)) found[place - 1]?.push(event);
  }
  return found;
};
