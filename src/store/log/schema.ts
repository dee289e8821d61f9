import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  type PgColumn,
  pgEnum,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import type { RunErrorCode } from "../../domain/error.ts";
import type { EventType } from "../../domain/event.ts";
import type { Message } from "../../domain/message.ts";
import type { RunStatus } from "../../domain/run.ts";
import type { ThreadKey } from "../../domain/thread.ts";
import type { StoredRelease } from "./contract-takeover.ts";

/**
 * The tables. Every primary key begins with the thread's key and nothing else is unique, so that all of a thread can
 * live on one shard (Citus: distribute by `thread_key`). There are no foreign keys: a thread's row lock replaces them,
 * see `threads.ts` and `runs.ts`. Times are milliseconds since the epoch, as in the domain.
 *
 * After a change here: `bun run migrations`, then add the new file to `migrations.ts`. A new file of tables belongs to
 * a concern in `concerns.ts`.
 */

/**
 * `json`, not `jsonb`: it stores the text as it was written, and it accepts the escapes `\u0000` and `\ud800`. Never
 * parsed here.
 */
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
    /** The seq of the last event of a finished run. */
    lastSeq: integer().notNull(),
    /**
     * No event of a finished run has a later date. 0 in rows that the previous release wrote: then `updatedAt` serves
     * instead.
     */
    lastAt: time().notNull().default(0),
    /** How many runs were ever begun; gives each run its position in the queue. */
    turns: integer().notNull(),
    /** Whether one of them is running, and how many wait: stored here so that `begin` is a single statement. */
    running: boolean().notNull(),
    queued: integer().notNull(),
    createdAt: time().notNull(),
    /** Never decreases, whatever the replicas' clocks show: lists are paged in its order. */
    updatedAt: time().notNull(),
    /**
     * Only the key and the last seq remain, so that no event of a later thread under that key gets the seq of one of
     * its events.
     */
    isDeleted: boolean().notNull().default(false),
    /**
     * Set while other tables hold rows under this key that nobody may read: `isDeleted` is true as long as it is. 0: they
     * are to be deleted. Otherwise a fork is under way, and may be until this time by the database's clock.
     */
    eraseAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.threadKey] }),
    index("threads_to_erase").on(table.eraseAt).where(sql`erase_at is not null`),
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
    /** Its position among the thread's runs, from 1. */
    turn: integer().notNull(),
    /** Raised whenever another process takes the run; a write with an older epoch is refused. 0 while queued. */
    epoch: integer().notNull(),
    attempt: integer().notNull(),
    /** The replica that executes it, or will: `replicas.replicaId`. */
    owner: text().notNull(),
    /**
     * From the previous release, whose replicas had no rows and leased each run by itself; null where a replica's lease
     * counts.
     */
    leaseUntil: time(),
    cancelRequested: boolean().notNull().default(false),
    /** How many times it was taken over from a replica that had died. */
    takeovers: integer().notNull().default(0),
    /** Why no replica owns it although it has not ended; null when one does, or did until it died. */
    released: text().$type<StoredRelease>(),
    /** When it gives up waiting for a person, by the database's clock. Null: it does not wait. */
    waitUntil: time(),
    /** The thread's last seq when the run started: its own events come after it. */
    startSeq: integer(),
    /** A client has found it by a key or ticket, on any replica: a `begin` that was given up no longer undoes it. */
    joined: boolean().notNull().default(false),
    input: jsonText().notNull(),
    traceId: text().notNull(),
    inputTokens: integer(),
    outputTokens: integer(),
    errorCode: text().$type<RunErrorCode>(),
    errorMessage: text(),
    createdAt: time().notNull(),
    endedAt: time(),
    /** The oldest turn that this run takes the place of, together with all turns after it. Null: none. */
    supersedes: text(),
    /** The run that took this turn's place when it started. Null while the turn stands. */
    supersededBy: text(),
    /** When it was packed, soon after its end, by the database's clock. Null: it is still to be packed. */
    packedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.threadKey, table.runId] }),
    index("runs_by_id").on(table.runId),
    // A user's runs in order, without the copies that forks have. What they are filtered by is in the index, so those
    // that are left out are not read.
    index("runs_of_user")
      .on(sql`split_part(thread_key, ':', 1)`, table.createdAt, table.runId, table.status, table.supersededBy)
      .where(sql`attempt > 0 or start_seq is null`),
    // A handful of rows at any time.
    index("runs_unfinished").on(table.threadKey, table.turn).where(sql`status in ('queued', 'running', 'waiting')`),
    index("runs_by_owner").on(table.owner).where(sql`status in ('queued', 'running')`),
    index("runs_waiting").on(sql`split_part(thread_key, ':', 1)`).where(sql`status = 'waiting'`),
    index("runs_waiting_until").on(table.waitUntil).where(sql`status = 'waiting'`),
    index("runs_to_pack")
      .on(table.threadKey, table.runId)
      .where(sql`packed_at is null and status in ('succeeded', 'failed', 'cancelled')`),
  ],
);

/** Sorted as it is written here: where two messages share a seq, the user's comes first. */
const roles = ["user", "assistant"] as const satisfies readonly Message["role"][];
export const messageRole = pgEnum("message_role", roles);

const messageColumns = {
  threadKey: key(),
  seq: integer().notNull(),
  role: messageRole().notNull(),
  id: text().notNull(),
  runId: text().notNull(),
  content: text().notNull(),
  createdAt: time().notNull(),
  /**
   * What an answer had besides text (`AnswerDetail`). Null in a user's message, and in answers older than this column.
   */
  detail: jsonText(),
};
const messageKey = (table: Record<"threadKey" | "seq" | "role", PgColumn>) => [
  primaryKey({ columns: [table.threadKey, table.seq, table.role] }),
];

/** The messages of turns that stand: no reader of messages has to leave out the others. */
export const messages = pgTable("messages", messageColumns, messageKey);

/** Where the messages of a turn go when another takes its place. */
export const supersededMessages = pgTable("superseded_messages", messageColumns, messageKey);

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
    /** The run's `RunProgress` at that moment. Null in rows of earlier releases. */
    progress: jsonText(),
  },
  (table) => [primaryKey({ columns: [table.threadKey, table.seq, table.checkpointId] })],
);

/**
 * The answers of models that tool calls followed, beside the checkpoints, with what the models want back: never in an
 * event, nor in an endpoint's answer.
 */
export const rounds = pgTable(
  "rounds",
  {
    threadKey: key(),
    runId: text().notNull(),
    /** Its position among the run's rounds, from 1. */
    number: integer().notNull(),
    /** The thread's last seq when the model had answered: the round's tool calls come after it. */
    seq: integer().notNull(),
    model: text().notNull(),
    /** The ids of its tool calls in the log, a list. */
    calls: jsonText().notNull(),
    /** Null: the model wants nothing back. */
    data: jsonText(),
    at: time().notNull(),
    /** The run's `RunProgress` at that moment. Null in rows of earlier releases. */
    progress: jsonText(),
  },
  (table) => [primaryKey({ columns: [table.threadKey, table.runId, table.number] })],
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
