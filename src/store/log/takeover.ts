import { type SQL, sql } from "drizzle-orm";
import type { ThreadKey } from "../../domain/thread.ts";
import { databaseNow } from "../clock.ts";
import { texts } from "../columns.ts";
import type { Session } from "../database.ts";
import type { Claimed, TakeoverRequest } from "./contract.ts";
import { longestGap } from "./replicas.ts";
import { claimed, isUnfinished } from "./rows.ts";
import { supersede } from "./supersede.ts";

interface Locked {
  readonly threadKey: ThreadKey;
  readonly runId: string;
  readonly queued: boolean;
}

interface Taken extends Locked, Pick<Claimed, "lastSeq" | "lastAt"> {
  readonly epoch: number;
  readonly takesPlace: boolean;
}

/**
 * Two statements, however many runs: the first takes the locks, and only the second sees what was written before they
 * were acquired. Rows that another process has locked (an append under way, another takeover) are left for the next
 * time, so that nothing waits here. At most one run of a thread is taken at a time: two running ones would assign the
 * same seqs.
 */
export const takeover = async (session: Session, taking: TakeoverRequest): Promise<readonly Claimed[]> => {
  const locked = await session.rows<Locked>(lockOrphans(taking));
  if (locked.length === 0) return [];
  const requested = locked.map((run) => ({ ...run, messageId: run.queued ? taking.messageId() : null }));
  const taken = await session.rows<Taken>(take(JSON.stringify(requested), taking));
  const all: Claimed[] = [];
  for (const run of taken) {
    const supersedes = run.takesPlace ? { supersedes: await supersede(session, run) } : {};
    all.push({ ...claimed(run, run), ...supersedes });
  }
  return all;
};

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
  chosen as (select * from candidate order by created_at, thread_key limit ${limit}::int)
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
    where owner.id <> ${owner}
      and (replica.lease_until between now() and now() + 2 * replica.ttl_ms * interval '1 ms') is not true
      and judge.renewed_since + greatest(judge.ttl_ms, replica.ttl_ms) * interval '1 ms' <= now()
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
      select ${columns} from runs where runs.run_id = requested.run_id and runs.owner = ${owner} and ${isUnfinished} offset 0
    ) as run
  )`;

/** The owners of all unfinished runs, each by one index lookup, however many runs they have. */
const owners = sql`
  owner (id) as (
    select min(runs.owner) from runs where ${isUnfinished}
    union all
    select (select min(runs.owner) from runs where ${isUnfinished} and runs.owner > owner.id)
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
      where runs.owner = dead.id and ${isUnfinished}
        and (runs.lease_until is null or runs.lease_until < ${databaseNow})
      offset 0
    ) as run
  )`;

const take = (requested: string, { owner, now }: TakeoverRequest): SQL => sql`
  with requested as (
    select * from json_to_recordset(${requested}::json) as run
      ("threadKey" text, "runId" text, queued boolean, "messageId" text)
  ), head as (
    select requested.*, greatest(thread.last_seq, event.seq) as seq, greatest(thread.updated_at, thread.last_at, event.at) as at
    from requested
    cross join lateral (select * from threads where threads.thread_key = requested."threadKey") as thread
    left join lateral (
      select seq, at from events where events.thread_key = requested."threadKey" order by seq desc limit 1
    ) as event on true
  ), taken as (
    update runs set status = 'running', epoch = epoch + 1, attempt = attempt + 1, owner = ${owner}::text,
      lease_until = null, start_seq = coalesce(start_seq, head.seq)
    from head where runs.thread_key = head."threadKey" and runs.run_id = head."runId"
    returning runs.thread_key, runs.run_id, runs.epoch, head.seq, head.at, head.queued, head."messageId",
      runs.supersedes is not null as takes_place, runs.input ->> 'message' as content
  ), thread as (
    update threads set running = true, queued = threads.queued - head.queued::int,
      updated_at = greatest(updated_at, ${now}::bigint)
    from head where threads.thread_key = head."threadKey"
  ), message as (
    insert into messages (thread_key, seq, role, id, run_id, content, created_at)
    select thread_key, seq + 1, 'user'::message_role, "messageId", run_id, content, ${now}::bigint
    from taken where queued
  )
  select thread_key as "threadKey", run_id as "runId", queued, epoch, seq as "lastSeq", at as "lastAt", takes_place as "takesPlace" from taken`;
