import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import type { RunKey } from "../../src/store/log/contract-packing.ts";
import { foldAll, joined, SINCE_MS, unmarked } from "../support/folding.ts";
import { packAll } from "../support/packing.ts";
import { freshDatabase } from "../support/postgres.ts";
import { newRun, started } from "../support/runs.ts";
import { type Turn, turn, whole, words } from "../support/turns.ts";

describe("folding in Postgres", () => {
  let url: string;
  let sql: postgres.Sql;
  let store: Store;
  let key: ThreadKey;
  let made: Turn;
  let run: RunKey;

  beforeAll(async () => {
    url = await freshDatabase();
    store = postgresStore({ url, system: realSystem });
    await store.migrate();
    sql = postgres(url, { max: 2, onnotice: () => {}, connection: { search_path: "yeoul", application_name: "test" } });
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await sql?.end();
  });

  beforeEach(async () => {
    key = `u:${realSystem.id()}`;
    made = await turn(store, key, words(600));
    run = { threadKey: key, runId: made.fence.runId };
    await packAll(store);
  });

  const rowsOfLog = async () => {
    const [rows] = await sql<{ events: number; stretches: number; folded: number }[]>`
      select (select count(*)::int from events where thread_key = ${key}) as events,
        (select count(*)::int from stretches where thread_key = ${key}) as stretches,
        (select count(*)::int from stretches where thread_key = ${key} and type = 'folded') as folded`;
    return rows;
  };

  test("what is killed in the middle has removed nothing, and the next attempt folds all", async () => {
    const before = await rowsOfLog();
    expect(before).toMatchObject({ folded: 0 });
    let killed = 0;
    await sql.begin(async (held) => {
      // The fold has deleted the stretches before this one, or is about to, when it comes to it.
      await held`select 1 from stretches where thread_key = ${key} and first_seq > 257 for update`;
      const folding = store.packing.fold(run, SINCE_MS).then(
        () => "folded",
        () => "failed",
      );
      while (killed === 0) {
        await realSystem.sleep(20);
        const found = await sql<{ pid: number }[]>`
          select pg_terminate_backend(pid), pid from pg_stat_activity
          where application_name = 'yeoul' and wait_event_type = 'Lock' and datname = current_database()`;
        killed += found.length;
      }
      expect(await folding).toBe("failed");
    });
    expect(await rowsOfLog()).toEqual(before);
    expect(await whole(store, key, 200)).toEqual([...made.events]);
    expect(await store.packing.fold(run, SINCE_MS)).toBe(made.events.length);
    expect(await rowsOfLog()).toEqual({ events: 0, stretches: 1, folded: 1 });
    expect(unmarked(await whole(store, key, 200))).toEqual([...joined(made.events)]);
  }, 60_000);

  test("nothing is folded while another replica packs, or one lives that could not read the result", async () => {
    await sql.begin(async (other) => {
      await other`select pg_advisory_xact_lock(${0x7061636b})`;
      expect(await store.packing.fold(run, SINCE_MS)).toBeNull();
    });
    const old = await sql`
      insert into replicas (replica_id, name, started_at, ttl_ms, lease_until, renewed_at, renewed_since, server_started_at)
      values (${realSystem.id()}, 'old', now(), 1000, now() + interval '1 hour', now(), now(), now()) returning replica_id`;
    expect(await store.packing.fold(run, SINCE_MS)).toBeNull();
    await sql`delete from replicas where replica_id = ${old[0]?.replica_id}`;
    expect(await store.packing.fold(run, SINCE_MS)).toBe(made.events.length);
  });

  test("several replicas that walk at the same time fold each run once", async () => {
    const turns = [made];
    for (let at = 0; at < 40; at++) turns.push(await turn(store, `u:${realSystem.id()}`, words(at)));
    await packAll(store);
    const replicas = Array.from({ length: 3 }, () => postgresStore({ url, system: realSystem }));
    const gone = await Promise.all(replicas.map((replica) => foldAll(replica)));
    for (const replica of replicas) await replica.close();
    const events = turns.reduce((sum, turn) => sum + turn.events.length, 0);
    expect(gone.reduce((sum, count) => sum + count, 0)).toBe(events);
    for (const { events: before, fence } of turns)
      expect(unmarked(await whole(store, fence.threadKey, 200))).toEqual([...joined(before)]);
  }, 60_000);

  test("folding a run waits for nobody who holds its thread, and a deletion waits for the fold", async () => {
    await sql.begin(async (held) => {
      await held`select 1 from threads where thread_key = ${key} for update`;
      expect(await store.packing.fold(run, SINCE_MS)).toBe(made.events.length);
    });
    const next = await started(store, newRun(key));
    expect(next.lastSeq).toBe(made.events.length);
    const deleting = store.threads.delete(key);
    expect(await deleting).toEqual([next.fence.runId]);
    expect(await rowsOfLog()).toEqual({ events: 0, stretches: 0, folded: 0 });
  });

  test("a walk and a page cost what they look at, however many runs there are and whenever they were analyzed", async () => {
    const long: ThreadKey = `u:${realSystem.id()}`;
    for (let at = 0; at < 60; at++) await turn(store, long, words(200));
    await foldAll(store);
    await sql`
      insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input, trace_id, created_at, packed_at)
      select 'w:' || i, gen_random_uuid(), 'chat', 'succeeded', 1, 1, 1, 'here', 0, '{}', 't', 1, 1 from generate_series(1, 20000) i`;
    const tuples = async () => {
      await sql`select pg_stat_force_next_flush()`;
      const [counted] = await sql<{ tuples: number }[]>`
        select sum(seq_tup_read + idx_tup_fetch)::int as tuples from pg_stat_user_tables where schemaname = 'yeoul'`;
      return counted?.tuples ?? 0;
    };
    const costOf = async (work: (other: Store) => Promise<void>) => {
      await settled(tuples);
      const before = await tuples();
      const other = postgresStore({ url, system: realSystem });
      await work(other);
      await other.close();
      while ((await tuples()) === before) await realSystem.sleep(20);
      await settled(tuples);
      return (await tuples()) - before;
    };
    for (const isAnalyzed of [false, true]) {
      if (isAnalyzed) await sql`vacuum analyze`;
      const walked = await costOf(async (other) => {
        // Postgres plans a statement anew the first five times.
        for (let at = 0; at < 8; at++)
          expect((await other.packing.foldable(SINCE_MS, { threadKey: `w:${at}`, runId: "" })).runs).toEqual([]);
      });
      // Without figures the planner takes a short table for one that is read sooner than a thousand places in it.
      expect(walked).toBeLessThan(isAnalyzed ? 8 * 1_000 * 6 : 8 * 22_000);
      const read = await costOf(async (other) => {
        for (let at = 0; at < 40; at++) expect(await other.events.read(long, at * 203, 200)).toHaveLength(4);
      });
      expect(read).toBeLessThan(40 * 50);
    }
  }, 120_000);

  /** Connections report their counts when they close. */
  const settled = async (read: () => Promise<number>): Promise<void> => {
    for (let last = -1, now = await read(); now !== last; ) {
      last = now;
      await realSystem.sleep(300);
      now = await read();
    }
  };
});
