import { type SQL, sql } from "drizzle-orm";
import { databaseNow } from "../clock.ts";
import type { Database } from "../database.ts";
import { joinRun } from "../log/join.ts";
import type { IdempotencyStore, KeyClaim, KeyName, KeyState } from "./contract.ts";

interface Row {
  readonly holder: string;
  readonly digest: string;
  readonly madeId: string;
  readonly threadId: string;
  readonly isDone: boolean;
  readonly isTakenOver: boolean;
  readonly answer: string | null;
}

export const idempotencyQueries = (database: Database): IdempotencyStore => {
  const write = (name: string, statement: SQL): Promise<void> =>
    database.repeat(() => database.call(name, async ({ rows }) => void (await rows(statement))));
  return {
    // A repeated call has its own claim before it, and finds it.
    claim: (claim) =>
      database.repeat(() =>
        database.call("idempotency.claim", async ({ rows }) => {
          for (;;) {
            const [row] = await rows<Row>(claiming(claim));
            // None: the key was claimed or released since the statement began.
            if (row !== undefined) return stateOf(row, claim);
          }
        }),
      ),

    hold: ({ holdMs, ...key }) =>
      write(
        "idempotency.hold",
        sql`update idempotency_keys set held_until = ${databaseNow} + ${holdMs}::bigint where ${heldBy(key)}`,
      ),

    // The key's row stays locked, so that it is not given back between the two statements.
    join: (key) =>
      database.repeat(() =>
        database.call("idempotency.join", ({ transaction }) =>
          transaction(async (session) => {
            const isMade = sql`${named(key)} and idempotency_keys.made_id = ${key.madeId}`;
            const held = await session.rows(sql`select 1 from idempotency_keys where ${isMade} for update`);
            const run = held.length === 0 ? null : await joinRun(session, key.userId, key.madeId);
            if (run !== null) await session.rows(sql`update idempotency_keys set is_done = true where ${isMade}`);
            return run;
          }),
        ),
      ),

    keep: (key, answer) =>
      write(
        "idempotency.keep",
        sql`update idempotency_keys set is_done = true, answer = ${answer}::json where ${heldBy(key)}`,
      ),

    release: (key) => write("idempotency.release", sql`delete from idempotency_keys where ${heldBy(key)}`),

    // Another replica may sweep at the same time: each takes the rows that the other has not.
    sweep: (limit) =>
      database.call("idempotency.sweep", async ({ rows }) => {
        const swept = await rows(sql`
          delete from idempotency_keys where (user_id, endpoint, key) in (
            select user_id, endpoint, key from idempotency_keys where expires_at <= ${databaseNow}
            order by expires_at limit ${limit}::int for update skip locked
          ) returning 1`);
        return swept.length;
      }),
  };
};

const named = ({ userId, endpoint, key }: KeyName): SQL =>
  sql`idempotency_keys.user_id = ${userId} and idempotency_keys.endpoint = ${endpoint} and idempotency_keys.key = ${key}`;

const heldBy = (key: KeyName & Pick<KeyClaim, "holder">): SQL =>
  sql`${named(key)} and idempotency_keys.holder = ${key.holder} and not idempotency_keys.is_done`;

const IS_EXPIRED = sql`idempotency_keys.expires_at <= ${databaseNow}`;

/** Whether a row may be claimed. */
const isFree = ({ digest, holder }: KeyClaim): SQL => sql`(
  ${IS_EXPIRED} or (
    idempotency_keys.digest = ${digest} and not idempotency_keys.is_done
    and (idempotency_keys.held_until <= ${databaseNow} or idempotency_keys.holder = ${holder})
  ))`;

/**
 * One statement: it inserts the key, replaces an expired one, or takes over one of the same request whose holder has
 * not been heard of, whose ids it keeps. Otherwise it returns the row as it stands; no row when the one that it sees was
 * free when the statement began and is not any more.
 */
const claiming = (claim: KeyClaim): SQL => {
  const { userId, endpoint, key, digest, madeId, threadId, holder, holdMs, ttlMs } = claim;
  return sql`
    with claimed as (
      insert into idempotency_keys (user_id, endpoint, key, digest, made_id, thread_id, holder, held_until, expires_at)
      values (${userId}, ${endpoint}, ${key}, ${digest}, ${madeId}, ${threadId}, ${holder},
        ${databaseNow} + ${holdMs}::bigint, ${databaseNow} + ${ttlMs}::bigint)
      on conflict (user_id, endpoint, key) do update set
        digest = excluded.digest,
        made_id = case when ${IS_EXPIRED} then excluded.made_id else idempotency_keys.made_id end,
        thread_id = case when ${IS_EXPIRED} then excluded.thread_id else idempotency_keys.thread_id end,
        holder = excluded.holder, held_until = excluded.held_until, expires_at = excluded.expires_at,
        is_done = false, answer = null
      where ${isFree(claim)}
      returning holder, digest, made_id, thread_id, is_done, answer
    )
    select holder, digest, made_id as "madeId", thread_id as "threadId", is_done as "isDone", answer::text,
      made_id <> ${madeId} as "isTakenOver"
    from (
      select * from claimed
      union all
      select holder, digest, made_id, thread_id, is_done, answer from idempotency_keys
      where ${named(claim)} and not ${isFree(claim)} and not exists (select from claimed)
    ) as key`;
};

const stateOf = ({ holder, digest, madeId, threadId, isDone, isTakenOver, answer }: Row, claim: KeyClaim): KeyState => {
  const made = { madeId, threadId };
  if (digest !== claim.digest) return { ...made, state: "other" };
  if (isDone) return { ...made, state: "done", answer };
  return holder === claim.holder ? { ...made, state: "claimed", isTakenOver } : { ...made, state: "held" };
};
