import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Message } from "../domain/message.ts";
import type { ThreadStore } from "./contract.ts";
import type { Database } from "./database.ts";
import { runOf, unfinished } from "./rows.ts";
import { checkpoints, messages, runs, threads } from "./schema.ts";

export const threadQueries = (database: Database): ThreadStore => ({
  get: (threadKey) =>
    database.call("threads.get", async ({ db }) => {
      const [thread] = await db
        .select({
          threadKey: threads.threadKey,
          title: threads.title,
          lastSeq: threads.lastSeq,
          createdAt: threads.createdAt,
          updatedAt: threads.updatedAt,
        })
        .from(threads)
        .where(eq(threads.threadKey, threadKey));
      return thread ?? null;
    }),

  activeRun: (threadKey) =>
    database.call("threads.activeRun", async ({ db }) => {
      const [run] = await db
        .select()
        .from(runs)
        .where(and(eq(runs.threadKey, threadKey), unfinished))
        .orderBy(desc(eq(runs.status, "running")), asc(runs.turn))
        .limit(1);
      return run === undefined ? null : runOf(run);
    }),

  messages: (threadKey) =>
    database.call("threads.messages", ({ db }) =>
      db
        .select(message)
        .from(messages)
        .where(eq(messages.threadKey, threadKey))
        .orderBy(asc(messages.seq), asc(messages.role)),
    ),

  // Walks back from the newest, one index look-up a message, and stops at the first that does not fit.
  recentMessages: (threadKey, beforeSeq, maxChars) =>
    database.call("threads.recentMessages", async ({ rows }) => {
      const newestFirst = await rows<Message>(sql`
        with recursive recent as (
          (${before(sql`seq < ${beforeSeq}::int and thread_key = ${threadKey}`, sql`0`)})
          union all
          select older.* from recent cross join lateral (
            ${before(
              sql`thread_key = recent.thread_key and (seq, role) < (recent.seq, recent.role)`,
              sql`recent.chars`,
            )}
          ) older
          where older.chars <= ${maxChars}::bigint
        )
        select id, role, content, seq, run_id as "runId", created_at as "createdAt" from recent`);
      return newestFirst.toReversed();
    }),

  checkpoints: (threadKey) =>
    database.call("threads.checkpoints", ({ db }) =>
      db
        .select({
          checkpointId: checkpoints.checkpointId,
          runId: checkpoints.runId,
          seq: checkpoints.seq,
          node: checkpoints.node,
          change: checkpoints.change,
          at: checkpoints.at,
        })
        .from(checkpoints)
        .where(eq(checkpoints.threadKey, threadKey))
        .orderBy(asc(checkpoints.seq), asc(checkpoints.checkpointId)),
    ),

  // Three statements, as each sees only what was committed before it began: the thread's lock keeps new runs, ends and
  // images out; removing the runs waits for the appends under way; only then is everything there to be removed.
  delete: (threadKey) =>
    database.call("threads.delete", ({ transaction }) =>
      transaction(async ({ rows }) => {
        const found = await rows(sql`select 1 from threads where thread_key = ${threadKey} for update`);
        if (found.length === 0) return false;
        await rows(sql`delete from runs where thread_key = ${threadKey}`);
        await rows(sql`
          with e as (delete from events where thread_key = ${threadKey}),
          m as (delete from messages where thread_key = ${threadKey}),
          c as (delete from checkpoints where thread_key = ${threadKey}),
          i as (delete from images where thread_key = ${threadKey})
          delete from threads where thread_key = ${threadKey}`);
        return true;
      }),
    ),
});

const message = {
  id: messages.id,
  role: messages.role,
  content: messages.content,
  seq: messages.seq,
  runId: messages.runId,
  createdAt: messages.createdAt,
};

/** The newest message that meets the condition, with the characters it brings the sum to. */
const before = (condition: SQL, chars: SQL) => sql`
  select thread_key, seq, role, id, run_id, content, created_at, ${chars} + length(content)::bigint as chars
  from messages where ${condition} order by seq desc, role desc limit 1`;
