import { asc, sql } from "drizzle-orm";
import { texts } from "./columns.ts";
import type { Claimed, RunStore } from "./contract.ts";
import type { Database, Session } from "./database.ts";
import { claimed, unfinished } from "./rows.ts";
import { runs } from "./schema.ts";

type Takeover = Parameters<RunStore["takeover"]>[0];

/** Who holds which run, and what becomes of those that nobody holds any more. */
export const leaseQueries = (database: Database): Pick<RunStore, "renew" | "orphans" | "owners" | "takeover"> => ({
  renew: (owner, runIds, leaseMs, now) =>
    database.call("runs.renew", async ({ rows }) => {
      const held = await rows<{ runId: string; cancelRequested: boolean }>(sql`
        update runs set lease_until = ${now + leaseMs}::bigint
        where owner = ${owner} and status in ('queued', 'running') and run_id in (select ${texts(runIds)})
        returning run_id as "runId", cancel_requested as "cancelRequested"`);
      const cancelled = new Map(held.map((run) => [run.runId, run.cancelRequested]));
      return {
        lost: runIds.filter((runId) => !cancelled.has(runId)),
        cancelled: runIds.filter((runId) => cancelled.get(runId) === true),
      };
    }),

  orphans: (now, deadOwners, limit) =>
    database.call("runs.orphans", ({ db }) =>
      db
        .select({ runId: runs.runId, threadKey: runs.threadKey })
        .from(runs)
        .where(sql`${unfinished} and ${orphaned(now, deadOwners)}`)
        .orderBy(asc(runs.createdAt), asc(runs.threadKey), asc(runs.turn))
        .limit(limit),
    ),

  owners: () =>
    database.call("runs.owners", async ({ db }) => {
      const found = await db.selectDistinct({ owner: runs.owner }).from(runs).where(unfinished);
      return found.map(({ owner }) => owner);
    }),

  takeover: (run, deadOwners) =>
    database.call("runs.takeover", ({ transaction }) => transaction((inner) => takeover(inner, run, deadOwners))),
});

const orphaned = (now: number, deadOwners: readonly string[]) =>
  sql`(runs.lease_until < ${now}::bigint or runs.owner in (select ${texts(deadOwners)}))`;

/**
 * The locks first; they wait for an append under way, which the second statement then sees. A queued run whose thread is
 * busy with another stays an orphan until that one has ended: two that run would number their events alike.
 */
const takeover = async (session: Session, run: Takeover, deadOwners: readonly string[]): Promise<Claimed | null> => {
  const [held] = await session.rows<{ queued: boolean }>(sql`
    with thread as (select thread_key, running from threads where thread_key = ${run.threadKey} for update)
    select runs.status = 'queued' as queued
    from runs join thread on runs.thread_key = thread.thread_key
    where runs.run_id = ${run.runId} and ${orphaned(run.now, deadOwners)}
      and (runs.status = 'running' or (runs.status = 'queued' and not thread.running))
    for update of runs`);
  if (held === undefined) return null;
  const [taken] = await session.rows<{ epoch: number; lastSeq: number; lastAt: number }>(sql`
    with head as (
      select greatest(last_seq, event.seq) as seq, greatest(updated_at, last_at, event.at) as at
      from threads left join lateral (
        select seq, at from events where events.thread_key = threads.thread_key order by seq desc limit 1
      ) as event on true
      where threads.thread_key = ${run.threadKey}
    ), taken as (
      update runs set status = 'running', epoch = epoch + 1, attempt = attempt + 1, owner = ${run.owner}::text,
        lease_until = ${run.now + run.leaseMs}::bigint, start_seq = coalesce(start_seq, head.seq)
      from head where thread_key = ${run.threadKey} and run_id = ${run.runId}
      returning thread_key, run_id, epoch, head.seq, head.at, input ->> 'message' as content
    ), thread as (
      update threads set running = true, queued = queued - ${held.queued}::boolean::int,
        updated_at = greatest(updated_at, ${run.now}::bigint)
      where thread_key = ${run.threadKey}
    ), message as (
      insert into messages (thread_key, seq, role, id, run_id, content, created_at)
      select thread_key, seq + 1, 'user'::message_role, ${run.messageId}::text, run_id, content, ${run.now}::bigint
      from taken where ${held.queued}::boolean
    )
    select epoch, seq as "lastSeq", at as "lastAt" from taken`);
  return taken === undefined ? null : claimed(run, taken);
};
