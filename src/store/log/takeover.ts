import { type SQL, sql } from "drizzle-orm";
import type { ThreadKey } from "../../domain/thread.ts";
import { databaseNow } from "../clock.ts";
import { texts } from "../columns.ts";
import type { Database, Session } from "../database.ts";
import type { StoredRelease, TakenOver, TakeoverRequest, TakeoverStore } from "./contract-takeover.ts";
import { longestGap } from "./replicas.ts";
import { claimed, isOwned, NOBODY, type ThreadPosition } from "./rows.ts";
import { supersede } from "./supersede.ts";

interface Locked {
  readonly threadKey: ThreadKey;
  readonly runId: string;
  readonly queued: boolean;
}

interface Taken
  extends Locked,
    ThreadPosition,
    Pick<TakenOver, "attempt" | "takeovers" | "startSeq" | "cancelRequested"> {
  readonly released: StoredRelease | null;
  readonly takesPlace: boolean;
}

/**
 * Two statements, however many runs: the first takes the locks, and only the second sees what was written before they
 * were acquired. Rows that another process has locked (an append under way, another takeover) are left for the next
 * time, so that nothing waits here. At most one run of a thread is taken at a time: two running ones would assign the
 * same seqs.
 */
const takeover = async (session: Session, taking: TakeoverRequest): Promise<readonly TakenOver[]> => {
  const locked = await session.rows<Locked>(lockOrphans(taking));
  if (locked.length === 0) return [];
  const requested = locked.map((run) => ({ ...run, messageId: run.queued ? taking.messageId() : null }));
  const taken = await session.rows<Taken>(take(JSON.stringify(requested), taking));
  const all: TakenOver[] = [];
  for (const run of taken) {
    const supersedes = run.takesPlace ? { supersedes: await supersede(session, run) } : {};
    all.push({ ...takenOver(run), ...supersedes });
  }
  return all;
};

const takenOver = (run: Taken): TakenOver => ({
  ...claimed(run, run),
  attempt: run.attempt,
  takeovers: run.takeovers,
  reason: run.released === "expired" ? "resumed" : (run.released ?? "takeover"),
  startSeq: run.startSeq,
  cancelRequested: run.cancelRequested,
  hasExpired: run.released === "expired",
});

export const takeoverQueries = (database: Database): TakeoverStore => ({
  takeover: (taking) =>
    database.call("runs.takeover", ({ transaction }) => transaction((session) => takeover(session, taking))),

  release: (owner, runs, reason) =>
    database.call("runs.release", async ({ rows }) => {
      const keys = runs.map(({ threadKey, runId }) => ({ threadKey, runId }));
      await rows(sql`
        update runs set owner = ${NOBODY}, released = ${reason}::text
        from json_to_recordset(${JSON.stringify(keys)}::json) as run ("threadKey" text, "runId" text)
        where runs.thread_key = run."threadKey" and runs.run_id = run."runId"
          and runs.owner = ${owner}::text and runs.status || '' in ('queued', 'running')`);
    }),
});

/** A queued run whose thread is busy stays an orphan until that has changed. */
const lockOrphans = ({ orphans, owner, limit }: TakeoverRequest): SQL => sql`
  with recursive ${orphans === "lapsed" ? lapsed(owner) : orphans === "foreign" ? foreign(owner) : own(owner, orphans)},
  candidate as (
    select distinct on (orphan.thread_key) orphan.*
    from orphan join lateral (
      select running from threads where threads.thread_key = orphan.thread_key
    ) as thread on orphan.status = 'running' or not thread.running
    order by orphan.thread_key, orphan.status = 'running' desc, orphan.turn
  ),
  chosen as (
    select * from candidate order by created_at, thread_key
    limit ${orphans === "lapsed" ? share(sql`candidate`, limit) : sql`${limit}::int`}
  )
  select chosen.thread_key as "threadKey", chosen.run_id as "runId", chosen.status = 'queued' as queued
  from chosen
  cross join lateral (
    select running from threads where threads.thread_key = chosen.thread_key for update skip locked
  ) as thread
  cross join lateral (
    select from runs
    where runs.thread_key = chosen.thread_key and runs.run_id = chosen.run_id
      and runs.status = chosen.status and runs.owner = chosen.owner
    for update skip locked
  ) as run
  where chosen.status = 'running' or not thread.running`;

/** A replica takes at least this many, so that a few orphans are not spread over several ticks. */
const FEW_ORPHANS = 8;

const share = (candidates: SQL, limit: number): SQL => sql`(
  select least(${limit}::int, greatest(${FEW_ORPHANS}::int, ceil(count(*)::numeric / greatest(1, (
    select count(*) from replicas where lease_until > now()
  )))::int)) from ${candidates})`;

/**
 * The runs of replicas that are dead by the database's clock. The caller may judge only while its own lease shows that
 * the store has been available to all, without a break, for as long as the other's lease lasts: after an outage every
 * replica has had time to renew. A lease that ends later than any possible one was granted before the database's clock
 * was set back.
 */
const lapsed = (owner: string): SQL => sql`
  judge as (
    select renewed_since, ttl_ms from replicas
    where replica_id = ${owner} and server_started_at = pg_postmaster_start_time()
      and now() between renewed_at - ${longestGap(sql`replicas`)} and renewed_at + ${longestGap(sql`replicas`)}
  ),
  ${owners},
  dead as (
    select owner.id
    from owner cross join judge left join replicas as replica on replica.replica_id = owner.id
    where owner.id not in (${owner}, ${NOBODY})
      and (replica.lease_until between now() and now() + 2 * replica.ttl_ms * interval '1 ms') is not true
      and judge.renewed_since + greatest(judge.ttl_ms, replica.ttl_ms) * interval '1 ms' <= now()
    union all select ${NOBODY}
  ),
  ${orphansOf(sql`dead`)}`;

/** The runs of every other owner. */
const foreign = (owner: string): SQL => sql`
  ${owners}, other as (select id from owner where id <> ${owner}), ${orphansOf(sql`other`)}`;

/** The owner's own runs with these ids. */
const own = (owner: string, runIds: readonly string[]): SQL => sql`
  orphan as (
    select run.* from ${texts(runIds)} as requested (run_id)
    cross join lateral (
      select ${columns} from runs where runs.run_id = requested.run_id and runs.owner = ${owner} and ${isOwned} offset 0
    ) as run
  )`;

/** The owners of all unfinished runs, each by one index lookup, however many runs they have. */
const owners = sql`
  owner (id) as (
    select min(runs.owner) from runs where ${isOwned}
    union all
    select (select min(runs.owner) from runs where ${isOwned} and runs.owner > owner.id)
    from owner where owner.id is not null
  )`;

const columns = sql`runs.thread_key, runs.run_id, runs.owner, runs.status, runs.turn, runs.created_at`;

/**
 * A replica of the previous release has no row, and renews its runs one by one. `offset 0` makes each owner's runs be
 * looked up by themselves: in a join, all runs there are would be read to find that none is an orphan.
 */
const orphansOf = (dead: SQL): SQL => sql`
  orphan as (
    select run.* from ${dead} as dead
    cross join lateral (
      select ${columns} from runs
      where runs.owner = dead.id and ${isOwned}
        and (runs.lease_until is null or runs.lease_until < ${databaseNow})
      offset 0
    ) as run
  )`;

const take = (requested: string, { owner, now }: TakeoverRequest): SQL => sql`
  with requested as (
    select * from json_to_recordset(${requested}::json) as run
      ("threadKey" text, "runId" text, queued boolean, "messageId" text)
  ), head as (
    select requested.*, run.released, greatest(thread.last_seq, event.seq) as seq, greatest(thread.updated_at, thread.last_at, event.at) as at
    from requested
    cross join lateral (select * from threads where threads.thread_key = requested."threadKey") as thread
    cross join lateral (
      select released from runs where runs.thread_key = requested."threadKey" and runs.run_id = requested."runId"
    ) as run
    left join lateral (
      select seq, at from events where events.thread_key = requested."threadKey" order by seq desc limit 1
    ) as event on true
  ), taken as (
    update runs set status = 'running', epoch = epoch + 1, attempt = attempt + 1, owner = ${owner}::text,
      takeovers = takeovers + (not head.queued and head.released is null)::int, released = null,
      lease_until = null, start_seq = coalesce(start_seq, head.seq)
    from head where runs.thread_key = head."threadKey" and runs.run_id = head."runId"
    returning runs.thread_key, runs.run_id, runs.epoch, runs.attempt, runs.takeovers, runs.start_seq, runs.cancel_requested,
      runs.supersedes is not null as takes_place, head.seq, head.at, head.queued, head.released, head."messageId",
      runs.input ->> 'message' as content
  ), thread as (
    update threads set running = true, queued = threads.queued - head.queued::int,
      updated_at = greatest(updated_at, ${now}::bigint)
    from head where threads.thread_key = head."threadKey"
  ), message as (
    insert into messages (thread_key, seq, role, id, run_id, content, created_at)
    select thread_key, seq + 1, 'user'::message_role, "messageId", run_id, content, ${now}::bigint
    from taken where queued
  )
  select thread_key as "threadKey", run_id as "runId", queued, epoch, attempt, takeovers, released, seq as "lastSeq", at as "lastAt",
    start_seq as "startSeq", cancel_requested as "cancelRequested", takes_place as "takesPlace" from taken`;
