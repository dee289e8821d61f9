import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import type { Claimed } from "../../src/store/log/contract.ts";
import { allCounted } from "../support/counters.ts";
import { freshDatabase } from "../support/postgres.ts";
import { register, take } from "../support/replicas.ts";
import { CANCEL, newRun, started } from "../support/runs.ts";

/** A lease that never ends by itself during a test: time passes by changing the rows. */
const TTL_MS = 60_000;

let url: string;
let sql: postgres.Sql;
let store: Store;
beforeAll(async () => {
  url = await freshDatabase();
  sql = postgres(url, { max: 2, onnotice: () => {}, connection: { search_path: "yeoul" } });
  store = postgresStore({ url, system: realSystem });
  await store.migrate();
}, 30_000);
afterAll(async () => {
  await store.close();
  await sql.end();
});
beforeEach(async () => {
  await sql`truncate runs, threads, messages, events, replicas`;
});

const idsOf = (taken: readonly Claimed[]) => taken.map(({ fence }) => fence.runId);
const runOf = async (owner: string): Promise<string> => {
  const run = newRun(`u:${realSystem.id()}`, { owner });
  await started(store, run);
  return run.runId;
};

/** Lets time pass for these replicas by moving all times in their rows back. */
const age = (seconds: number, ...ids: readonly string[]) => sql`
  update replicas set lease_until = lease_until - ${seconds} * interval '1 s', renewed_at = renewed_at - ${seconds} * interval '1 s',
    renewed_since = renewed_since - ${seconds} * interval '1 s'
  where replica_id = any(${[...ids]})`;

/** A replica that has renewed without a break for ten minutes. */
const longThere = async (id: string) => {
  await register(store, id, TTL_MS);
  await sql`update replicas set renewed_since = renewed_since - interval '10 minutes' where replica_id = ${id}`;
};

describe("leases on the database's clock", () => {
  test("a long-running replica takes over the runs of a dead one as soon as their lease has ended", async () => {
    await longThere("judge");
    await register(store, "dead", TTL_MS);
    const left = await runOf("dead");
    await age(TTL_MS / 1000 - 10, "dead");
    expect(await take(store, "judge", "lapsed")).toEqual([]);
    await age(11, "dead");
    expect(idsOf(await take(store, "judge", "lapsed"))).toEqual([left]);
  });

  test("after an outage the first replica back takes over nothing, and one that is back in time has lost nothing", async () => {
    for (const id of ["first", "late", "dead"]) await longThere(id);
    const [current, left] = [await runOf("late"), await runOf("dead")];
    await age(120, "first", "late", "dead");
    expect(await take(store, "first", "lapsed")).toEqual([]);
    await register(store, "first", TTL_MS);
    expect(await take(store, "first", "lapsed")).toEqual([]);
    // Almost a whole lease later, without a failed renewal of the first replica.
    await age(TTL_MS / 1000 - 5, "first", "late", "dead");
    await sql`update replicas set renewed_at = now(), lease_until = now() + interval '60 s' where replica_id = 'first'`;
    expect(await take(store, "first", "lapsed")).toEqual([]);
    await register(store, "late", TTL_MS);
    await sql`update replicas set renewed_since = renewed_since - interval '6 s' where replica_id = 'first'`;
    expect(idsOf(await take(store, "first", "lapsed"))).toEqual([left]);
    expect(await store.runs.held("late")).toMatchObject({ runIds: [current] });
  });

  test("a replica that was suspended and sweeps before it renews takes over nothing", async () => {
    await longThere("stopped");
    await runOf("dead");
    await age(TTL_MS / 1000, "stopped");
    expect(await take(store, "stopped", "lapsed")).toEqual([]);
  });

  test("a lease lasts as long as its own replica's setting, however short the sweeping replica's is", async () => {
    await register(store, "judge", TTL_MS);
    await sql`update replicas set renewed_since = now() - interval '90 s' where replica_id = 'judge'`;
    await register(store, "patient", 4 * TTL_MS);
    await runOf("patient");
    await age(300, "patient");
    expect(await take(store, "judge", "lapsed")).toEqual([]);
    await sql`update replicas set renewed_since = now() - interval '241 s' where replica_id = 'judge'`;
    expect(await take(store, "judge", "lapsed")).toHaveLength(1);
  });

  test("a change of server, as after a restart or a failover, counts as a break", async () => {
    await longThere("judge");
    await runOf("dead");
    await sql`update replicas set server_started_at = server_started_at - interval '1 day' where replica_id = 'judge'`;
    expect(await take(store, "judge", "lapsed")).toEqual([]);
    await register(store, "judge", TTL_MS);
    expect(await take(store, "judge", "lapsed")).toEqual([]);
  });

  test("when that clock is set forward or back, no live replica is taken for dead, and the runs of a dead one are taken over in the end", async () => {
    for (const seconds of [3_600, -3_600]) {
      await sql`truncate runs, threads, messages, events, replicas`;
      for (const id of ["judge", "alive", "dead"]) await longThere(id);
      const [current, left] = [await runOf("alive"), await runOf("dead")];
      await age(seconds, "judge", "alive", "dead");
      expect(await take(store, "judge", "lapsed")).toEqual([]);
      await register(store, "judge", TTL_MS);
      expect(await take(store, "judge", "lapsed")).toEqual([]);
      await register(store, "alive", TTL_MS);
      await sql`update replicas set renewed_since = renewed_since - interval '61 s' where replica_id = 'judge'`;
      expect(idsOf(await take(store, "judge", "lapsed"))).toEqual([left]);
      expect(await store.runs.held("alive")).toMatchObject({ runIds: [current] });
    }
  });

  test("a replica of the previous release has no row, so the lease of each of its runs counts", async () => {
    await longThere("judge");
    const [held, over] = [await runOf("host/1/2"), await runOf("host/1/3")];
    const until = (ms: number) => Date.now() + ms;
    await sql`update runs set lease_until = ${until(30_000)} where run_id = ${held}`;
    await sql`update runs set lease_until = ${until(-30_000)} where run_id = ${over}`;
    expect(idsOf(await take(store, "judge", "lapsed"))).toEqual([over]);
  });
});

describe("leases with five thousand runs and no statistics", () => {
  const RUNS = 5_000;
  const TICKS = 10;

  test("an idle replica ends none of them, a renewal writes one row, and the cost of a sweep depends on what it finds", async () => {
    // A database of its own, whose counters nothing else moves.
    const own = await freshDatabase();
    const counters = postgres(own, { max: 1, onnotice: () => {}, connection: { search_path: "yeoul" } });
    const counted = async (table: string) => {
      await allCounted(counters);
      const [row] = await counters<{ written: number; hot: number; dead: number; read: number }[]>`
        select n_tup_upd::int as written, n_tup_hot_upd::int as hot, n_dead_tup::int as dead,
          (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read
        from pg_stat_user_tables where schemaname = 'yeoul' and relname = ${table}`;
      if (row === undefined) throw new Error(`no table ${table}`);
      return row;
    };
    const setup = postgresStore({ url: own, system: realSystem });
    await setup.migrate();
    for (const id of ["idle", "busy"]) await register(setup, id, TTL_MS);
    await setup.close();
    await counters`update replicas set renewed_since = renewed_since - interval '10 minutes'`;
    for (const table of ["runs", "threads", "replicas"]) {
      await counters.unsafe(`alter table ${table} set (autovacuum_enabled = false)`);
    }
    await counters`
      insert into threads (thread_key, user_id, last_seq, turns, running, queued, created_at, updated_at)
      select 'u:' || i, 'u', 0, 1, true, 0, 1, 1 from generate_series(1, ${RUNS}) i`;
    await counters`
      insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input, trace_id, created_at)
      select 'u:' || i, gen_random_uuid(), 'chat', 'running', 1, 1, 1, 'busy', 0, '{}', 't', 1 from generate_series(1, ${RUNS}) i`;
    const before = { runs: await counted("runs"), replicas: await counted("replicas") };

    const idle = postgresStore({ url: own, system: realSystem });
    for (let tick = 0; tick < TICKS; tick++) {
      for (const id of ["idle", "busy"]) await register(idle, id, TTL_MS);
      expect(await take(idle, "idle", "lapsed")).toEqual([]);
      expect(await idle.runs.held("idle")).toEqual({ runIds: [], cancelled: [] });
    }
    await idle.close();

    const after = { runs: await counted("runs"), replicas: await counted("replicas") };
    expect(after.replicas.written - before.replicas.written).toBe(2 * TICKS);
    expect(after.replicas.hot - before.replicas.hot).toBe(2 * TICKS);
    expect(after.runs.written).toBe(before.runs.written);
    expect(after.runs.dead).toBe(before.runs.dead);
    // Not all runs, but one for each owner and each sweep.
    expect(after.runs.read - before.runs.read).toBeLessThan(10 * TICKS);
    const [held] = await counters<{ count: number }[]>`select count(*)::int from runs where owner = 'busy'`;
    expect(held?.count).toBe(RUNS);
    await counters.end();
  }, 60_000);

  test("the runs of a dead replica are taken over by a few statements, and none of a live one", async () => {
    await longThere("judge");
    await longThere("alive");
    await sql`
      insert into threads (thread_key, user_id, last_seq, turns, running, queued, created_at, updated_at)
      select 'u:' || i, 'u', 0, 1, true, 0, 1, 1 from generate_series(1, ${RUNS}) i`;
    await sql`
      insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input, trace_id, created_at)
      select 'u:' || i, 'r' || i, 'chat', 'running', 1, 1, 1, case when i % 5 = 0 then 'alive' else 'dead' end, 0, '{}', 't', i
      from generate_series(1, ${RUNS}) i`;
    const taken = await take(store, "judge", "lapsed", 1_000);
    expect(taken).toHaveLength(1_000);
    // The oldest run of the dead replica.
    const last = Math.max(...idsOf(taken).map((runId) => Number(runId.slice(1))));
    expect(last).toBe(1_249);
    expect((await store.runs.held("alive")).runIds).toHaveLength(RUNS / 5);
  }, 60_000);
});

describe("a renewal waits for nothing", () => {
  test("it waits neither for a queue of other calls nor for locks on threads and runs", async () => {
    const busy = postgresStore({ url, system: realSystem, maxConnections: 1 });
    const runId = await runOf("somebody");
    await sql.begin(async (held) => {
      await held`select 1 from threads for update`;
      await held`select 1 from runs for update`;
      const waiting = [busy.threads.delete(`u:none`), busy.runs.requestCancel("u", runId, CANCEL), busy.check()];
      for (let i = 0; i < 3; i++) await register(busy, "renewing", TTL_MS);
      const settled = waiting.map((call) => call.catch(() => {}));
      expect(await Promise.race([settled[1], Promise.resolve("still waiting")])).toBe("still waiting");
      await held`select 1`;
    });
    await busy.close();
  }, 20_000);

  test("a takeover skips locked runs and takes the rest", async () => {
    await longThere("judge");
    const [locked, appending, free] = [await runOf("dead"), await runOf("dead"), await runOf("dead")];
    await sql.begin(async (held) => {
      // As an append under way does.
      await held`select 1 from runs where run_id = ${appending} for key share`;
      await held`select 1 from threads where thread_key = (select thread_key from runs where run_id = ${locked}) for update`;
      expect(idsOf(await take(store, "judge", "lapsed"))).toEqual([free]);
    });
    expect(idsOf(await take(store, "judge", "lapsed")).toSorted()).toEqual([locked, appending].toSorted());
  });
});
