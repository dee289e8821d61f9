import { and, asc, desc, eq, ne, type SQL, sql } from "drizzle-orm";
import type { AnswerDetail } from "../../domain/answer.ts";
import type { Message, StoredMessage } from "../../domain/message.ts";
import type { RunStatus } from "../../domain/run.ts";
import type { Database } from "../database.ts";
import type { ThreadPage, ThreadStore } from "./contract-threads.ts";
import { runColumns, runOf, unfinished } from "./rows.ts";
import { runs, threads } from "./schema.ts";
import { messageColumns } from "./supersede.ts";

export const threadQueries = (
  database: Database,
): Omit<ThreadStore, "recentTurns" | "idle" | "checkpoints" | "checkpoint" | "fork" | "delete" | "erase"> => ({
  get: (threadKey) =>
    database.call("threads.get", async ({ db }) => {
      const [found] = await db
        .select(thread)
        .from(threads)
        .where(and(eq(threads.threadKey, threadKey), isThere));
      return found ?? null;
    }),

  list: (userId, { limit, after }) =>
    database.call("threads.list", ({ db }) =>
      db
        .select(thread)
        .from(threads)
        .where(and(eq(threads.userId, userId), isThere, after === null ? undefined : behind(after)))
        // The order of the index `threads_of_user`, which otherwise could not be used.
        .orderBy(sql`${threads.updatedAt} desc nulls last`, asc(threads.threadKey))
        .limit(limit),
    ),

  activeRun: (threadKey) =>
    database.call("threads.activeRun", async ({ db }) => {
      const [run] = await db
        .select(runColumns)
        .from(runs)
        .where(and(eq(runs.threadKey, threadKey), unfinished))
        .orderBy(desc(ne(runs.status, "queued")), asc(runs.turn))
        .limit(1);
      return run === undefined ? null : runOf(run);
    }),

  // Reads sizes without the texts. Messages of one seq are peers of the window, so they are included or left out
  // together.
  messagePage: (threadKey, { limit, maxBytes, before, withSuperseded = false }) =>
    database.call("threads.messagePage", async ({ rows }) => {
      const older = before === null ? sql`` : sql`and seq < ${before}::bigint`;
      const found = await rows<MessageRow>(sql`
        with newest as (
          select message.*, octet_length(content) + coalesce(octet_length(detail::text), 0) as bytes
          from (${withSuperseded ? ALL_MESSAGES : MESSAGES}) as message
          where thread_key = ${threadKey} ${older}
          order by seq desc, role desc limit ${limit + 2}::int
        ), placed as (
          select *, rank() over newer as place, count(*) over newer as taken, sum(bytes) over newer as size,
            count(*) over () as there
          from newest window newer as (order by seq desc)
        )
        select id, placed.role, content, placed.seq, placed.run_id as "runId", placed.created_at as "createdAt",
          detail::text, bytes, runs.status, runs.superseded_by as "supersededBy", runs.input_tokens as "inputTokens", runs.output_tokens as "outputTokens",
          there::int,
          case when detail is null and placed.role = 'assistant' then (
            select seq from (${ALL_MESSAGES}) as older
            where older.thread_key = placed.thread_key and older.seq < placed.seq
            order by seq desc limit 1
          ) end as "firstSeq"
        from placed left join runs on runs.thread_key = placed.thread_key and runs.run_id = placed.run_id
        where place = 1 or (taken <= ${limit}::int and size <= ${maxBytes}::bigint)
        order by placed.seq, placed.role`);
      return { messages: found.map(storedMessage), hasMore: (found[0]?.there ?? 0) > found.length };
    }),
});

const MESSAGES = sql`select ${messageColumns} from messages`;
const ALL_MESSAGES = sql`${MESSAGES} union all select ${messageColumns} from superseded_messages`;

/** The literal words of the index; with a parameter it would not match. */
const isThere = sql`not ${threads.isDeleted}`;

const thread = {
  threadKey: threads.threadKey,
  title: threads.title,
  lastSeq: threads.lastSeq,
  createdAt: threads.createdAt,
  updatedAt: threads.updatedAt,
};

/** The first half is the only part that the index can search by. */
const behind = ({ updatedAt, threadKey }: NonNullable<ThreadPage["after"]>): SQL =>
  sql`${threads.updatedAt} <= ${updatedAt} and (${threads.updatedAt} < ${updatedAt} or ${threads.threadKey} > ${threadKey})`;

interface MessageRow extends Message {
  readonly detail: string | null;
  readonly firstSeq: number | null;
  readonly bytes: number;
  readonly status: RunStatus | null;
  readonly supersededBy: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** How many rows the page was chosen from. */
  readonly there: number;
}

const storedMessage = ({
  detail,
  status,
  inputTokens,
  outputTokens,
  there: _,
  ...message
}: MessageRow): StoredMessage => ({
  ...message,
  detail: detail === null ? null : (JSON.parse(detail) as AnswerDetail),
  // Its run's row always exists; a message without one could only be complete.
  status: status ?? "succeeded",
  usage: inputTokens === null ? null : { inputTokens, outputTokens: outputTokens ?? 0 },
});
