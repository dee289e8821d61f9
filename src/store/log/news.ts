import { sql } from "drizzle-orm";
import type { LogEvent } from "../../domain/event.ts";
import { array, FEW, plain, RECORD_SEPARATOR, separated } from "../columns.ts";
import { type Database, statement } from "../database.ts";
import { boundedPage, fillsPage } from "../page-bytes.ts";
import type { EventStore, LogNews } from "./contract.ts";

/** The most events that one statement returns, of one log and of all. */
export const MAX_NEWS_OF_LOG = 64;
const MAX_NEWS = 1_000;

const count = (value: number) => sql.raw(String(value));

/**
 * One look at the index for each log: it begins at the last known event, which is left out of the result when it is
 * still there.
 */
const readNews = statement<LogEvent & { place: number }>(
  boundedPage(
    sql`
      select requested.place, event.run_id, event.seq, event.type, event.at, event.payload
      from rows from (${separated("keys")}, ${plain("afters", "int")}) with ordinality as requested (thread_key, after, place)
      left join lateral (
        select events.* from events
        where events.thread_key = requested.thread_key and events.seq >= requested.after
        order by events.seq limit ${count(MAX_NEWS_OF_LOG + 1)}
      ) as event on true
      where ${FEW} and event.seq is distinct from requested.after and (event.seq is not null or requested.after > 0)
      order by requested.place, event.seq limit ${count(MAX_NEWS)}`,
    sql`place, seq`,
    sql`payload`,
    sql`place::int, run_id as "runId", seq, type, at, payload as json`,
  ),
);

export const newsQuery = (database: Database): Pick<EventStore, "news"> => ({
  news: (known) =>
    known.length === 0
      ? Promise.resolve({ logs: [], complete: 0 })
      : database.call(
          "events.news",
          async (session) => {
            const rows = await readNews(session, {
              keys: known.map(({ threadKey }) => threadKey).join(RECORD_SEPARATOR),
              afters: array(known.map(({ seq }) => seq)),
            });
            const logs: { readonly place: number; readonly events: LogEvent[] }[] = [];
            for (const { place, ...event } of rows) {
              if (logs.at(-1)?.place !== place - 1) logs.push({ place: place - 1, events: [] });
              const events = logs.at(-1)?.events;
              // Of a log that was empty there was no known event to leave out, and so there may be one too many.
              if (event.seq !== null && events !== undefined && events.length < MAX_NEWS_OF_LOG) events.push(event);
            }
            const isFull = rows.length >= MAX_NEWS || fillsPage(rows.map(({ json }) => json ?? ""));
            return { logs: logs satisfies LogNews[], complete: isFull ? (logs.at(-1)?.place ?? 0) : known.length };
          },
          { lane: "replicas" },
        ),
});
