import { sql } from "drizzle-orm";
import { threadIdOf, threadKey, userOf } from "../../domain/thread.ts";
import { databaseNow } from "../clock.ts";
import type { Database } from "../database.ts";
import type { Ticket, TicketStore } from "./contract.ts";
import { tickets } from "./schema.ts";

export const ticketQueries = (database: Database): TicketStore => ({
  // The id is secret, so an existing row with it comes from an earlier attempt that received no answer.
  put: ({ threadKey: key, ttlMs, ...ticket }) =>
    database.repeat(() =>
      database.call("tickets.put", async ({ db }) => {
        const place = { userId: userOf(key), threadId: threadIdOf(key) };
        const life = { createdAt: databaseNow, expiresAt: sql`${databaseNow} + ${ttlMs}::bigint` };
        await db
          .insert(tickets)
          .values({ ...ticket, ...place, ...life })
          .onConflictDoNothing();
      }),
    ),

  get: (userId, ticketId) =>
    database.call("tickets.get", async ({ rows }) => {
      const [found] = await rows<Omit<Ticket, "threadKey"> & { threadId: string; ageMs: number }>(sql`
        select dialect, request::text, run_id as "runId", thread_id as "threadId", ${databaseNow} - created_at as "ageMs"
        from tickets where user_id = ${userId} and ticket_id = ${ticketId} and expires_at > ${databaseNow}`);
      if (found === undefined) return null;
      const { threadId, ...ticket } = found;
      return { ...ticket, threadKey: threadKey(userId, threadId) };
    }),

  // Another replica may sweep at the same time: each takes the rows that the other has not.
  sweep: (limit) =>
    database.call(
      "tickets.sweep",
      async ({ rows }) => {
        const swept = await rows(sql`
        delete from tickets where (user_id, ticket_id) in (
          select user_id, ticket_id from tickets where expires_at <= ${databaseNow}
          order by expires_at limit ${limit}::int for update skip locked
        ) returning 1`);
        return swept.length;
      },
      { lane: "bulk" },
    ),
});
