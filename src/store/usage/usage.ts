import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import type { UsageStore, WindowUsage } from "./contract.ts";

/** The current window of the database's clock. */
const window = (windowMs: number): SQL => sql`
  clock as (select (extract(epoch from now()) * 1000)::bigint as at),
  win as (select at, at - at % ${windowMs}::bigint as starts_at, ${windowMs}::bigint as window_ms from clock)`;

/** Adds `amount` to the window's count; `condition` can prevent an existing count from being raised. */
const counted = (userId: string, kind: string, windowMs: number, amount: number, condition: SQL): SQL => sql`
  with ${window(windowMs)},
  counted as (
    insert into user_usage (user_id, kind, window_ms, starts_at, total, ends_at)
    select ${userId}::text, ${kind}::text, window_ms, starts_at, greatest(${amount}::bigint, 0), starts_at + window_ms from win
    on conflict (user_id, kind, window_ms, starts_at) do update set total = greatest(user_usage.total + ${amount}::bigint, 0)
    where ${condition}
    returning total
  )
  select (select total from counted) as total, starts_at + window_ms - at as "endsInMs" from win`;

export const usageQueries = (database: Database): UsageStore => ({
  read: (userId, kind, windowMs) =>
    database.call("usage.read", async ({ rows }) => {
      const [found] = await rows<WindowUsage>(sql`
        with ${window(windowMs)}
        select coalesce(u.total, 0)::bigint as total, win.starts_at + win.window_ms - at as "endsInMs"
        from win left join user_usage u on u.user_id = ${userId} and u.kind = ${kind}
          and u.window_ms = win.window_ms and u.starts_at = win.starts_at`);
      return found ?? { total: 0, endsInMs: windowMs };
    }),

  take: (userId, kind, { limit, windowMs }) =>
    database.call("usage.take", async ({ rows }) => {
      const [found] = await rows<{ total: number | null; endsInMs: number }>(
        counted(userId, kind, windowMs, 1, sql`user_usage.total < ${limit}::bigint`),
      );
      const { total = null, endsInMs = windowMs } = found ?? {};
      return { isTaken: total !== null, total: total ?? limit, endsInMs };
    }),

  add: (userId, kind, windowMs, amount) =>
    database.call("usage.add", async ({ rows }) => {
      const [found] = await rows<WindowUsage>(counted(userId, kind, windowMs, amount, sql`true`));
      return found ?? { total: amount, endsInMs: windowMs };
    }),

  // Another replica may sweep at the same time: each takes the rows that the other has not.
  sweep: (limit) =>
    database.call(
      "usage.sweep",
      async ({ rows }) => {
        const swept = await rows(sql`
        delete from user_usage where (user_id, kind, window_ms, starts_at) in (
          select user_id, kind, window_ms, starts_at from user_usage
          where ends_at <= (extract(epoch from now()) * 1000)::bigint
          order by ends_at limit ${limit}::int for update skip locked
        ) returning 1`);
        return swept.length;
      },
      { lane: "bulk" },
    ),
});
