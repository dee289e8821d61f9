import { sql } from "drizzle-orm";
import type { LogEvent } from "../../domain/event.ts";
import { array, FEW, plain, RECORD_SEPARATOR, separated } from "../columns.ts";
import { type Database, statement } from "../database.ts";
import { boundedPage, fillsPage } from "../page-bytes.ts";
import type { EventStore, LogNews } from "./contract.ts";
import { eventsOf, type Piece, pieceColumns, piecesFrom } from "./pieces.ts";

/** The most events that one statement returns, of one log and of all. */
export const MAX_NEWS_OF_LOG = 64;
const MAX_NEWS = 1_000;

const count = (value: number) => sql.raw(String(value));

/**
 * One look at the index for each log: it begins at the last known event, which is left out of the result when it is
 * still there.
 */
const readNews = statement<(Piece | { readonly seq: null }) & { place: number }>(
  boundedPage(
    sql`
      select requested.place, piece.*
      from rows from (${separated("keys")}, ${plain("afters", "int")}) with ordinality as requested (thread_key, after, place)
      left join lateral (
        ${piecesFrom(sql`requested.thread_key`, sql`requested.after`, count(MAX_NEWS_OF_LOG + 1))}
      ) as piece on true
      where ${FEW} and piece.seq is distinct from requested.after and (piece.seq is not null or requested.after > 0)
      order by requested.place, piece.seq limit ${count(MAX_NEWS)}`,
    sql`place, seq`,
    sql`payload`,
    sql`place::int, ${pieceColumns}`,
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
            for (const { place, ...piece } of rows) {
              if (logs.at(-1)?.place !== place - 1) logs.push({ place: place - 1, events: [] });
              const events = logs.at(-1)?.events;
              if (piece.seq === null || events === undefined) continue;
              const news = eventsOf(piece).filter(({ seq }) => seq > (known[place - 1]?.seq ?? 0));
              // A stretch has many, and of a log that was empty there was no known event to leave out.
              events.push(...news.slice(0, MAX_NEWS_OF_LOG - events.length));
            }
            const isFull =
              rows.length >= MAX_NEWS || fillsPage(rows.map((piece) => (piece.seq === null ? "" : (piece.json ?? ""))));
            return { logs: logs satisfies LogNews[], complete: isFull ? (logs.at(-1)?.place ?? 0) : known.length };
          },
          { lane: "replicas" },
        ),
});
