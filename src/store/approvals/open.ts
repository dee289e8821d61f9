import { sql } from "drizzle-orm";
import type { ThreadKey } from "../../domain/thread.ts";
import { databaseNow } from "../clock.ts";
import type { Database } from "../database.ts";
import { released } from "../log/rows.ts";
import type { ApprovalStore, OpenApproval } from "./contract.ts";

type OpenRow = Omit<OpenApproval, "input"> & { readonly input: string };

/** The calls and runs that still wait. */
export const openQueries = (
  database: Database,
): Pick<ApprovalStore, "open" | "waiting" | "anyWaiting" | "expire" | "blocking" | "sweep"> => ({
  open: (userId, limit) =>
    database.call("approvals.open", async ({ rows }) => {
      const found = await rows<OpenRow>(sql`
        select call.thread_key as "threadKey", call.run_id as "runId", tool_call_id as "toolCallId", name, call.input::text,
          requested_at as "requestedAt", run.wait_until as "expiresAt"
        from approvals as call cross join lateral (
          select wait_until from runs
          where runs.thread_key = call.thread_key and runs.run_id = call.run_id and runs.status || '' in ('running', 'waiting')
        ) as run
        where split_part(call.thread_key, ':', 1) = ${userId} and decision is null
        order by requested_at limit ${limit}::int`);
      return found.map(({ input, ...call }) => ({ ...call, input: JSON.parse(input) }));
    }),

  waiting: (userId, except) =>
    database.call("approvals.waiting", async ({ rows }) => {
      const [found] = await rows<{ count: number }>(sql`
        select count(*)::int as count from runs
        where split_part(thread_key, ':', 1) = ${userId} and status = 'waiting' and thread_key <> ${except}`);
      return found?.count ?? 0;
    }),

  anyWaiting: () =>
    database.call("approvals.anyWaiting", async ({ rows }) => {
      const found = await rows(sql`select 1 from runs where status = 'waiting' limit 1`);
      return found.length > 0;
    }),

  // Locks nothing but runs, and waits for none of them.
  expire: (limit) =>
    database.call("approvals.expire", async ({ rows }) => {
      const gone = await rows(sql`
        update runs set cancel_requested = true, ${released("expired")}
        from (
          select thread_key, run_id from runs where status = 'waiting' and wait_until <= ${databaseNow}
          order by wait_until limit ${limit}::int for update skip locked
        ) as late
        where runs.thread_key = late.thread_key and runs.run_id = late.run_id
        returning 1`);
      return gone.length;
    }),

  blocking: (limit) =>
    database.call("approvals.blocking", async ({ rows }) => {
      const found = await rows<{ threadKey: ThreadKey }>(sql`
        select runs.thread_key as "threadKey" from runs join threads on threads.thread_key = runs.thread_key
        where status = 'waiting' and threads.queued > 0 limit ${limit}::int`);
      return found.map(({ threadKey }) => threadKey);
    }),

  sweep: (limit) =>
    database.call(
      "approvals.sweep",
      async ({ rows }) => {
        const swept = await rows(sql`
          delete from approvals where (thread_key, run_id, tool_call_id) in (
            select thread_key, run_id, tool_call_id from approvals
            where decision is null and not exists (
              select from runs where runs.thread_key = approvals.thread_key and runs.run_id = approvals.run_id
                and runs.status || '' in ('running', 'waiting')
            ) limit ${limit}::int for update skip locked
          ) returning 1`);
        return swept.length;
      },
      { lane: "bulk" },
    ),
});
