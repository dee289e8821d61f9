import { sql } from "drizzle-orm";
import { bigint, boolean, customType, index, integer, pgEnum, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { RunErrorCode } from "../../domain/error.ts";
import type { EventType } from "../../domain/event.ts";
import type { Message } from "../../domain/message.ts";
import type { RunStatus } from "../../domain/run.ts";
import type { ThreadKey } from "../../domain/thread.ts";

/**
 * The tables. Every primary key begins with the thread's key and nothing else is unique, so that all of a thread can live
 * on one shard (Citus: distribute by `thread_key`). There are no foreign keys: a thread's row lock does their work, see
 * `threads.ts` and `runs.ts`. Times are milliseconds since the epoch, as the domain has them.
 *
 * After a change here: `bun run migrations`, then add the new file to `migrations.ts`. A new file of tables belongs to a concern
 * in `concerns.ts`.
 */

/** `json`, not `jsonb`: it keeps the text as it was written, and it takes the escapes `\u0000` and `\ud800`. Never parsed here. */
const jsonText = customType<{ data: string; driverData: string }>({ dataType: () => "json" });
const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
const time = () => bigint({ mode: "number" });
const key = () => text().$type<ThreadKey>().notNull();

export const threads = pgTable(
  "threads",
  {
    threadKey: key(),
    userId: text().notNull(),
    title: text(),
    /** The seq of the last event that a finished run has left. */
    lastSeq: integer().notNull(),
    /** No event that a finished run has left is dated later. 0 where the release before wrote: then `updatedAt` says it. */
    lastAt: time().notNull().default(0),
    /** How many runs were ever begun; gives each run its place in the queue. */
    turns: integer().notNull(),
    /** Whether one of them is running, and how many wait: kept here so that `begin` is a single statement. */
    running: boolean().notNull(),
    queued: integer().notNull(),
    createdAt: time().notNull(),
    /** Never falls, whatever the replicas' clocks say: lists are read page by page in its order. */
    updatedAt: time().notNull(),
    /** Its name and its last seq are all that is left, so that no event of another thread of that name is called like one of its. */
    isDeleted: boolean().notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.threadKey] }),
    index("threads_of_user").on(table.userId, table.updatedAt.desc(), table.threadKey).where(sql`not is_deleted`),
  ],
);

export const runs = pgTable(
  "runs",
  {
    threadKey: key(),
    runId: text().notNull(),
    agent: text().notNull(),
    status: text().$type<RunStatus>().notNull(),
    /** Its place among the thread's runs, from 1. */
    turn: integer().notNull(),
    /** Raised whenever another process takes the run; a write with an older one is refused. 0 while queued. */
    epoch: integer().notNull(),
    attempt: integer().notNull(),
    /** The replica that executes it, or will: `replicas.replicaId`. */
    owner: text().notNull(),
    /** Of the release before, whose replicas had no rows and held each run by itself; null where a replica's lease counts. */
    leaseUntil: time(),
    cancelRequested: boolean().notNull().default(false),
    /** The thread's last seq when the run started: its own events lie after it. */
    startSeq: integer(),
    input: jsonText().notNull(),
    traceId: text().notNull(),
    inputTokens: integer(),
    outputTokens: integer(),
    errorCode: text().$type<RunErrorCode>(),
    errorMessage: text(),
    createdAt: time().notNull(),
    endedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.threadKey, table.runId] }),
    index("runs_by_id").on(table.runId),
    // A handful of rows at any time.
    index("runs_unfinished").on(table.threadKey, table.turn).where(sql`status in ('queued', 'running')`),
    index("runs_by_owner").on(table.owner).where(sql`status in ('queued', 'running')`),
  ],
);

/** Sorted as it is written here: where two messages share a seq, the user's comes first. */
const roles = ["user", "assistant"] as const satisfies readonly Message["role"][];
export const messageRole = pgEnum("message_role", roles);

export const messages = pgTable(
  "messages",
  {
    threadKey: key(),
    seq: integer().notNull(),
    role: messageRole().notNull(),
    id: text().notNull(),
    runId: text().notNull(),
    content: text().notNull(),
    createdAt: time().notNull(),
    /** What an answer had besides text (`AnswerDetail`). Null in a user's, and in answers from before there was this column. */
    detail: jsonText(),
  },
  (table) => [primaryKey({ columns: [table.threadKey, table.seq, table.role] })],
);

export const checkpoints = pgTable(
  "checkpoints",
  {
    threadKey: key(),
    seq: integer().notNull(),
    checkpointId: text().notNull(),
    runId: text().notNull(),
    node: text().notNull(),
    change: jsonText().notNull(),
    at: time().notNull(),
  },
  (table) => [primaryKey({ columns: [table.threadKey, table.seq, table.checkpointId] })],
);

export const events = pgTable(
  "events",
  {
    threadKey: key(),
    seq: integer().notNull(),
    at: time().notNull(),
    runId: text().notNull(),
    type: text().$type<EventType>().notNull(),
    payload: jsonText().notNull(),
  },
  (table) => [primaryKey({ columns: [table.threadKey, table.seq] })],
);

export const images = pgTable(
  "images",
  {
    threadKey: key(),
    imageId: text().notNull(),
    mediaType: text().notNull(),
    width: integer().notNull(),
    height: integer().notNull(),
    bytes: bytes().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [primaryKey({ columns: [table.threadKey, table.imageId] }), index("images_by_id").on(table.imageId)],
);
