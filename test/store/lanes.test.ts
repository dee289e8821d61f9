import { afterEach, beforeEach, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { words } from "../support/documents.ts";
import { freshDatabase } from "../support/postgres.ts";
import { register } from "../support/replicas.ts";
import { endAt, newRun, started, token } from "../support/runs.ts";

let url: string;
let sql: postgres.Sql;
let store: Store;
beforeEach(async () => {
  url = await freshDatabase();
  sql = postgres(url, { max: 2, onnotice: () => {} });
  store = postgresStore({ url, system: realSystem });
  await store.migrate();
}, 30_000);
afterEach(async () => {
  await store.close();
  await sql.end();
});

/** How many statements of the store wait for a lock. */
const waiting = async (): Promise<number> => {
  const [found] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name = 'yeoul' and wait_event_type = 'Lock'`;
  return found?.count ?? 0;
};

/** Holds locks with `lock`, makes the calls, and does `work` while as many of them as are given wait for the locks. */
const whileHeld = async (
  lock: (sql: postgres.TransactionSql) => Promise<unknown>,
  calls: readonly (() => Promise<unknown>)[],
  leastWaiting: number,
  work: () => Promise<void>,
): Promise<void> => {
  let made: readonly Promise<unknown>[] = [];
  await sql.begin(async (holding) => {
    await lock(holding);
    made = calls.map((call) => call());
    while ((await waiting()) < leastWaiting) await realSystem.sleep(5);
    await work();
    expect(await waiting()).toBeGreaterThanOrEqual(leastWaiting);
  });
  await Promise.all(made);
};

/** Begins a run, lets it emit, and ends it; renews a lease. */
const turn = async (): Promise<void> => {
  const { fence } = await started(store, newRun(`u:${realSystem.id()}`));
  expect(await store.events.append([{ fence, events: [token(fence, 1)], checkpoints: [] }])).toEqual(new Map());
  expect(await store.runs.finish(fence, endAt(fence, 2))).toBe("ended");
  await register(store, "a");
};

const times = <T>(count: number, call: () => T): (() => T)[] => Array.from({ length: count }, () => call);

test("runs do not wait for calls that have taken every connection there is for them", async () => {
  const held = newRun("u:held");
  await started(store, held);
  const lock = (holding: postgres.Sql | postgres.TransactionSql) =>
    holding`select 1 from yeoul.threads where thread_key = ${held.threadKey} for update`;
  const cancel = () =>
    store.runs.requestCancel("u", held.runId, { now: 1, error: { code: "cancelled", message: "c" } });
  await whileHeld(lock, times(20, cancel), 6, turn);
}, 30_000);

test("neither runs nor their readers wait for searches", async () => {
  const lock = (holding: postgres.TransactionSql) => holding`lock table yeoul.chunks in access exclusive mode`;
  const search = () => store.documents.search("u", words("word", { limit: 3 }));
  await whileHeld(lock, times(20, search), 2, async () => {
    await turn();
    const key = `u:${realSystem.id()}` as const;
    const { fence } = await started(store, newRun(key));
    await store.events.append([{ fence, events: [token(fence, 1)], checkpoints: [] }]);
    expect(await store.events.read(key, 0, 10)).toHaveLength(1);
    expect(await store.threads.get(key)).not.toBeNull();
  });
}, 30_000);

test("a process opens no more connections than it is given", async () => {
  await store.close();
  store = postgresStore({ url, system: realSystem, maxConnections: 9 });
  const search = () => store.documents.search("u", words("word", { limit: 3 }));
  const get = () => store.threads.get("u:nobody");
  await Promise.all([...times(30, search), ...times(30, get), ...times(30, turn)].map((call) => call()));
  const [opened] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = 'yeoul'`;
  expect(opened?.count).toBeLessThanOrEqual(9);
}, 30_000);
