import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { allCounted } from "../support/counters.ts";
import { packAll } from "../support/packing.ts";
import { freshDatabase } from "../support/postgres.ts";
import { endBehind, newRun, started } from "../support/runs.ts";

const TOKENS = 40;
/** With the last one. */
const EVENTS = TOKENS + 1;

describe("packing in Postgres", () => {
  let url: string;
  let sql: postgres.Sql;
  let store: Store;
  let key: ThreadKey;

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
    await packAll(store);
    key = `u:${realSystem.id()}`;
    const { fence } = await started(store, newRun(key));
    await store.runs.finish(fence, endBehind(fence, 0, TOKENS));
  });

  const rowsOfLog = async () => {
    const [rows] = await sql<{ events: number; stretches: number }[]>`
      select (select count(*)::int from events where thread_key = ${key}) as events,
        (select count(*)::int from stretches where thread_key = ${key}) as stretches`;
    return rows;
  };

  test("what is killed in the middle has packed nothing, and the next attempt packs all", async () => {
    const before = await store.events.read(key, 0, 100);
    let killed = 0;
    await sql.begin(async (held) => {
      // The packing has inserted its stretch, or is about to, when it comes to this row.
      await held`select 1 from events where thread_key = ${key} and seq = ${TOKENS / 2} for update`;
      const packing = store.packing.pack(null).then(
        () => "packed",
        () => "failed",
      );
      while (killed === 0) {
        await realSystem.sleep(20);
        const found = await sql<{ pid: number }[]>`
          select pg_terminate_backend(pid), pid from pg_stat_activity
          where application_name = 'yeoul' and wait_event_type = 'Lock' and datname = current_database()`;
        killed += found.length;
      }
      expect(await packing).toBe("failed");
    });
    expect(await rowsOfLog()).toEqual({ events: EVENTS, stretches: 0 });
    expect(await store.events.read(key, 0, 100)).toEqual(before);
    expect(await packAll(store)).toBe(EVENTS);
    expect(await rowsOfLog()).toEqual({ events: 0, stretches: 1 });
    expect(await store.events.read(key, 0, 100)).toEqual(before);
  }, 60_000);

  test("nothing is packed while another replica packs", async () => {
    await sql.begin(async (other) => {
      await other`select pg_advisory_xact_lock(${0x7061636b})`;
      expect(await store.packing.pack(null)).toBeNull();
    });
    expect(await store.packing.pack(null)).toMatchObject({ events: EVENTS });
  });

  test("nothing is packed while a replica lives that would not find the events", async () => {
    const old = await sql`
      insert into replicas (replica_id, name, started_at, ttl_ms, lease_until, renewed_at, renewed_since, server_started_at)
      values (${realSystem.id()}, 'old', now(), 1000, now() + interval '1 hour', now(), now(), now()) returning replica_id`;
    expect(await store.packing.pack(null)).toBeNull();
    await store.replicas.renew({ id: realSystem.id(), name: "new" }, { ttlMs: 60_000, isUnbroken: false });
    expect(await store.packing.pack(null)).toBeNull();
    await sql`update replicas set lease_until = now() where replica_id = ${old[0]?.replica_id}`;
    expect(await store.packing.pack(null)).toMatchObject({ events: EVENTS });
  });

  test("packing a run waits for nobody who holds its thread, and starts of later runs do not wait for it", async () => {
    await sql.begin(async (held) => {
      await held`select 1 from threads where thread_key = ${key} for update`;
      expect(await store.packing.pack(null)).toMatchObject({ events: EVENTS });
    });
    const other: ThreadKey = `u:${realSystem.id()}`;
    const { fence } = await started(store, newRun(other));
    await store.runs.finish(fence, endBehind(fence, 0, TOKENS));
    await sql.begin(async (held) => {
      // As packing does.
      await held`select 1 from runs where thread_key = ${other} for update`;
      const next = await started(store, newRun(other));
      const end = endBehind(next.fence, next.lastSeq, 3);
      expect(
        (await store.events.append([{ fence: next.fence, events: end.events.slice(0, 1), checkpoints: [] }])).size,
      ).toBe(0);
      expect(await store.runs.finish(next.fence, { ...end, events: end.events.slice(1) })).toBe("ended");
    });
  });

  test("reading a page touches no more than the page, wherever in a long thread it lies", async () => {
    // A database of its own, whose counters nothing else moves.
    const own = await freshDatabase();
    const counters = postgres(own, { max: 1, onnotice: () => {} });
    const writer = postgresStore({ url: own, system: realSystem });
    await writer.migrate();
    const long: ThreadKey = `u:${realSystem.id()}`;
    for (let turn = 0; turn < 20; turn++) {
      const { fence, lastSeq } = await started(writer, newRun(long));
      await writer.runs.finish(fence, endBehind(fence, lastSeq, 1_000));
    }
    await packAll(writer);
    await writer.close();
    const read = async () => {
      await allCounted(counters);
      const [counted] = await counters<{ tuples: number }[]>`
        select sum(seq_tup_read + idx_tup_fetch)::int as tuples from pg_stat_user_tables
        where schemaname = 'yeoul' and relname in ('events', 'stretches')`;
      return counted?.tuples ?? 0;
    };
    const before = await read();
    const again = postgresStore({ url: own, system: realSystem });
    for (let at = 0; at < 40; at++) expect(await again.events.read(long, at * 500, 200)).toHaveLength(200);
    await again.close();
    const rows = (await read()) - before;
    await counters.end();
    expect(rows).toBeGreaterThanOrEqual(40);
    expect(rows).toBeLessThan(40 * 50);
  }, 60_000);
});
