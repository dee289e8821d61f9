import { type SQL, sql } from "drizzle-orm";
import { type ThreadKey, threadIdOf, userOf } from "../../domain/thread.ts";
import { databaseNow } from "../clock.ts";
import { type CallOptions, type Database, statement } from "../database.ts";

/**
 * How much one statement deletes at most: some 30 ms in the embedded database, on the event loop. Bytes count because a
 * value of a megabyte is five hundred rows to Postgres.
 */
const EVENTS = 5_000;
const ROWS = 500;
const BYTES = 8 * 1024 * 1024;

/** How many threads one call of `erase` looks at, and how many statements it spends on each. */
const THREADS = 10;
const STATEMENTS = 20;

const BULK: CallOptions = { lane: "bulk" };

/** `threads.erase_at` of a thread whose rows are to go. Any other is the time until which a fork may be under way. */
export const ERASING = sql.raw("0");

const key = sql`${sql.placeholder("threadKey")}::text`;
/** Null when the thread is not to be erased. */
const thread = sql`
  thread as (
    select thread_key from threads where thread_key = ${key} and is_deleted and erase_at = ${ERASING} for update
  )`;

/**
 * The first rows of a table by its key, addressed by their place: looked up by key instead, the planner might rather
 * read all of the table.
 */
const some = (
  table: SQL,
  order: SQL,
  bytes: SQL,
  limit: number,
  among = sql`thread_key = (select thread_key from thread)`,
) => sql`
  ctid = any(array(
    select place from (
      select place, sum(bytes) over (order by at rows unbounded preceding) - bytes as bytes_before
      from (
        select ctid as place, row_number() over (order by ${order}) as at, coalesce(${bytes}, 0) as bytes from ${table}
        where ${among} order by ${order} limit ${sql.raw(String(limit))}
      ) as few
    ) as sized where bytes_before < ${sql.raw(String(BYTES))}
  ))`;

interface Erased {
  /** 0: there is nothing to erase any more. */
  readonly locked: number;
  /** How many rows are gone, of that table of which most are. Another call may have deleted what was to go here. */
  readonly rows: number;
}

/** Packing, which locks the runs that it packs, is over for every run that is gone. So they go first. */
const eraseRuns = statement<Erased>(sql`
  with ${thread}, gone as (
    delete from runs where ${some(sql`runs`, sql`run_id`, sql`pg_column_size(input)`, ROWS)} returning 1
  )
  select (select count(*)::int from thread) as locked, (select count(*)::int from gone) as rows`);

/** The newest events go first: readers on other replicas look at a log's end. */
const eraseRest = statement<Erased>(sql`
  with ${thread}, gone_events as (
    delete from events where ${some(sql`events`, sql`seq desc`, sql`pg_column_size(payload)`, EVENTS)} returning 1
  ), gone_stretches as (
    delete from stretches where ${some(sql`stretches`, sql`first_seq desc`, sql`pg_column_size(packed)`, ROWS)} returning 1
  ), gone_messages as (
    delete from messages where ${some(sql`messages`, sql`seq`, sql`pg_column_size(content) + coalesce(pg_column_size(detail), 0)`, ROWS)} returning 1
  ), gone_superseded as (
    delete from superseded_messages where ${some(sql`superseded_messages`, sql`seq`, sql`pg_column_size(content) + coalesce(pg_column_size(detail), 0)`, ROWS)} returning 1
  ), gone_checkpoints as (
    delete from checkpoints where ${some(sql`checkpoints`, sql`seq`, sql`pg_column_size(change)`, ROWS)} returning 1
  ), gone_rounds as (
    delete from rounds where ${some(sql`rounds`, sql`run_id`, sql`pg_column_size(data)`, ROWS)} returning 1
  ), gone_approvals as (
    delete from approvals where ${some(sql`approvals`, sql`run_id, tool_call_id`, sql`pg_column_size(input) + coalesce(pg_column_size(schema), 0)`, ROWS)} returning 1
  ), gone_images as (
    delete from images where ${some(sql`images`, sql`image_id`, sql`pg_column_size(bytes)`, ROWS)} returning 1
  ), gone_files as (
    delete from run_files where ${some(sql`run_files`, sql`run_id, piece`, sql`pg_column_size(bytes)`, ROWS)} returning 1
  ), gone_tickets as (
    delete from tickets where ${some(
      sql`tickets`,
      sql`ticket_id`,
      sql`pg_column_size(request)`,
      ROWS,
      sql`user_id = ${sql.placeholder("userId")}::text and thread_id = ${sql.placeholder("threadId")}::text and exists (select from thread)`,
    )} returning 1
  )
  select (select count(*)::int from thread) as locked, greatest(
    (select count(*) from gone_events), (select count(*) from gone_stretches), (select count(*) from gone_messages),
    (select count(*) from gone_superseded), (select count(*) from gone_checkpoints), (select count(*) from gone_rounds),
    (select count(*) from gone_images), (select count(*) from gone_files), (select count(*) from gone_tickets),
    (select count(*) from gone_approvals)
  )::int as rows`);

const TABLES = [
  "runs",
  "events",
  "stretches",
  "messages",
  "superseded_messages",
  "checkpoints",
  "rounds",
  "approvals",
  "images",
  "run_files",
];
const isEmpty = sql.join(
  TABLES.map((table) => sql`not exists (select from ${sql.raw(table)} where thread_key = ${key})`),
  sql` and `,
);

/** Of a fork that was never shown nothing stays, of a deleted thread its key and its last seq. */
const settle = statement<Erased>(sql`
  with ${thread}, draft as (
    delete from threads where thread_key = (select thread_key from thread) and last_seq = 0 and ${isEmpty} returning 1
  ), deleted as (
    update threads set erase_at = null
    where thread_key = (select thread_key from thread) and last_seq > 0 and ${isEmpty} returning 1
  )
  select (select count(*)::int from thread) as locked,
    ((select count(*) from draft) + (select count(*) from deleted))::int as rows`);

/**
 * Deletes the rows of a thread that nobody may read any more, in so many statements at most, each by itself. False when
 * there is more.
 */
export const eraseThread = async (database: Database, threadKey: ThreadKey, statements: number): Promise<boolean> => {
  const values = { threadKey, userId: userOf(threadKey), threadId: threadIdOf(threadKey) };
  const steps = [eraseRuns, eraseRest, settle];
  for (let left = statements, step = 0, idle = 0; left > 0 && idle < 2 * steps.length; left -= 1) {
    const make = steps[step] ?? settle;
    const [erased] = await database.call("threads.erase", (session) => make(session, values), BULK);
    if (erased === undefined || erased.locked === 0 || (make === settle && erased.rows > 0)) return true;
    // What is not there to delete was deleted by another call, perhaps of more rows than this one has seen.
    if (erased.rows === 0) step = (step + 1) % steps.length;
    idle = erased.rows === 0 ? idle + 1 : 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
};

/** From now on nobody may show the fork that was under way until now. */
const takeBack = sql`
  update threads set erase_at = ${ERASING} where is_deleted and erase_at between 1 and ${databaseNow}`;

/**
 * Erases what is to be erased of a thread whose key somebody wants to use, to the end. Returns what the key has then: no
 * thread, what is left of a deleted one, or a thread (or a fork that is under way).
 */
export const freeKey = async (database: Database, threadKey: ThreadKey): Promise<"nothing" | "deleted" | "thread"> => {
  const look = (): Promise<"nothing" | "erasing" | "deleted" | "thread"> =>
    database.call("threads.erase", async ({ rows }) => {
      const [found] = await rows<{ state: "erasing" | "deleted" | "thread" }>(sql`
        select case when is_deleted and erase_at = ${ERASING} then 'erasing' when is_deleted and erase_at is null then 'deleted'
          else 'thread' end as state
        from threads where thread_key = ${threadKey}`);
      return found === undefined ? "nothing" : found.state;
    });
  await database.call("threads.erase", ({ rows }) => rows(sql`${takeBack} and thread_key = ${threadKey}`));
  for (;;) {
    const state = await look();
    if (state !== "erasing") return state;
    await eraseThread(database, threadKey, Number.POSITIVE_INFINITY);
  }
};

/**
 * Finishes deletions that a process left unfinished, and takes back forks that it did not finish. Returns whether there
 * may be more.
 */
export const eraseQuery = (database: Database) => async (): Promise<boolean> => {
  const found = await database.call(
    "threads.erase",
    async ({ rows }) => {
      await rows(takeBack);
      return rows<{ threadKey: ThreadKey }>(sql`
      select thread_key as "threadKey" from threads where erase_at = ${ERASING} order by thread_key limit ${THREADS}::int`);
    },
    BULK,
  );
  let isDone = found.length < THREADS;
  for (const { threadKey } of found) isDone = (await eraseThread(database, threadKey, STATEMENTS)) && isDone;
  return !isDone;
};
