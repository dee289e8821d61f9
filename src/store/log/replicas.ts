import { type SQL, sql } from "drizzle-orm";
import { type Database, statement } from "../database.ts";
import type { ReplicaStore } from "./contract-replicas.ts";
import { isOwned } from "./rows.ts";

const value = (name: string) => sql.placeholder(name);
const milliseconds = (name: string) => sql`${value(name)}::int * interval '1 ms'`;

/** The longest time between two renewals of one replica that still counts as unbroken: half its lease. */
export const longestGap = (replica: SQL): SQL => sql`${replica}.ttl_ms * interval '0.5 ms'`;

/** The share of a lease that one attempt to renew it may take. */
const ATTEMPT = 1 / 4;

export const replicaQueries = (database: Database): ReplicaStore => ({
  renew: ({ id, name }, { ttlMs, isUnbroken }) =>
    database.call(
      "replicas.renew",
      async (session) => void (await renewLease(session, { id, name, ttlMs, isUnbroken })),
      { lane: "lease", deadlineMs: Math.min(database.deadlineMs, ttlMs * ATTEMPT) },
    ),

  leave: (id) =>
    database.call(
      "replicas.leave",
      async ({ rows }) => void (await rows(sql`delete from replicas where replica_id = ${id}`)),
      { lane: "lease" },
    ),

  others: (id) =>
    database.call("replicas.others", async ({ rows }) => {
      const [found] = await rows<{ count: number }>(sql`
        select count(*)::int as count from replicas where replica_id <> ${id} and lease_until > now()`);
      return found?.count ?? 0;
    }),

  sweep: (forMs) =>
    database.call(
      "replicas.sweep",
      async ({ rows }) => {
        const swept = await rows(sql`
          delete from replicas where lease_until < now() - ${forMs}::bigint * interval '1 ms' and not exists (
            select from runs where runs.owner = replicas.replica_id and ${isOwned}
          ) returning 1`);
        return swept.length;
      },
      { lane: "bulk" },
    ),
});

/**
 * Renewals are unbroken when the same server has answered them, none has failed, and no two are further apart than half
 * the lease. A clock that was set, forwards or back, breaks them too.
 */
const renewLease = statement(sql`
  insert into replicas as replica
    (replica_id, name, ttl_ms, started_at, lease_until, renewed_at, renewed_since, server_started_at, reads_stretches)
  values (${value("id")}, ${value("name")}, ${value("ttlMs")}::int, now(), now() + ${milliseconds("ttlMs")}, now(), now(),
    pg_postmaster_start_time(), true)
  on conflict (replica_id) do update set
    ttl_ms = excluded.ttl_ms,
    lease_until = excluded.lease_until,
    renewed_at = excluded.renewed_at,
    renewed_since = case
      when ${value("isUnbroken")}::boolean and replica.server_started_at = excluded.server_started_at
        and excluded.renewed_at between replica.renewed_at and replica.renewed_at + ${longestGap(sql`replica`)}
      then replica.renewed_since else excluded.renewed_at end,
    server_started_at = excluded.server_started_at`);
