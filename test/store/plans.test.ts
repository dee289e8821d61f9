import { afterEach, beforeEach, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import type { Claimed } from "../../src/store/log/contract.ts";
import { allCounted } from "../support/counters.ts";
import { freshDatabase } from "../support/postgres.ts";
import { endAt, newRun, started, token } from "../support/runs.ts";

const RUNS = 200;

let sql: postgres.Sql;
let url: string;
beforeEach(async () => {
  url = await freshDatabase();
  sql = postgres(url, { max: 1, onnotice: () => {}, connection: { search_path: "yeoul" } });
}, 30_000);
afterEach(async () => sql.end());

/** Rows of `runs` that were read, entries of the indexes that hold the unfinished ones, and rows that were written. */
const counted = async () => {
  const [runs] = await sql<{ read: number; updated: number }[]>`
    select (seq_tup_read + idx_tup_fetch)::int as read, n_tup_upd::int as updated
    from pg_stat_user_tables where schemaname = 'yeoul' and relname = 'runs'`;
  const [events] = await sql<{ inserted: number }[]>`
    select n_tup_ins::int as inserted from pg_stat_user_tables where schemaname = 'yeoul' and relname = 'events'`;
  const [indexes] = await sql<{ read: number }[]>`
    select sum(idx_tup_read)::int as read from pg_stat_user_indexes
    where schemaname = 'yeoul' and indexrelname in ('runs_by_owner', 'runs_unfinished')`;
  if (runs === undefined || events === undefined || indexes === undefined) throw new Error("there are no counters");
  return { ended: runs.updated, events: events.inserted, read: runs.read + indexes.read };
};
type Counted = Awaited<ReturnType<typeof counted>>;

/** Makes a table of ended runs, analyzed while none is under way. */
const tableOf = async (ended: number): Promise<void> => {
  const store = postgresStore({ url, system: realSystem });
  await store.migrate();
  await store.close();
  await sql`alter table runs set (autovacuum_enabled = false)`;
  await sql`
    insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input, trace_id, created_at)
    select 'u:' || i, gen_random_uuid(), 'chat', 'succeeded', 1, 1, 1, 'here', 0, '{}', 't', 1 from generate_series(1, ${ended}) i`;
  await sql`vacuum analyze runs`;
  await allCounted(sql);
};

/** Returns the counters once the work has been counted. */
const countedAfter = async (work: (store: Store) => Promise<void>): Promise<Counted> => {
  const store = postgresStore({ url, system: realSystem });
  await work(store);
  await store.close();
  await allCounted(sql);
  return counted();
};

const begin = (store: Store): Promise<readonly Claimed[]> =>
  Promise.all(Array.from({ length: RUNS }, () => started(store, newRun(`new:${realSystem.id()}`))));

const append = async (store: Store, begun: readonly Claimed[]): Promise<void> => {
  const appends = begun.map(({ fence }) => ({ fence, events: [token(fence, 1)], checkpoints: [] }));
  expect(await store.events.append(appends)).toEqual(new Map());
};

test("what runs write costs the same where their table was analyzed while no run was under way", async () => {
  await tableOf(3_000);
  const before = await counted();
  const after = await countedAfter(async (store) => {
    const begun = await begin(store);
    await append(store, begun);
    const ends = await Promise.all(begun.map(({ fence }) => store.runs.finish(fence, endAt(fence, 2))));
    expect(new Set(ends)).toEqual(new Set(["ended"]));
  });
  expect(after.ended - before.ended).toBe(RUNS);
  // Each run is looked up a few times, and never by reading all that are unfinished.
  expect(after.read - before.read).toBeLessThan(20 * RUNS);
}, 60_000);

test("what runs write with their rows costs the same where their table was analyzed while no run was under way", async () => {
  await tableOf(3_000);
  const before = await counted();
  const after = await countedAfter(async (store) => {
    // Postgres plans a statement anew the first five times.
    for (let times = 0; times < 8; times++) {
      const runs = Array.from({ length: RUNS / 8 }, () => newRun(`new:${realSystem.id()}`));
      const begun = runs.map((run) => {
        const events = [token({ threadKey: run.threadKey, runId: run.runId, epoch: 1 }, 1)];
        return store.runs.begin({ ...run, early: () => ({ events, checkpoints: [] }) });
      });
      for (const { state } of await Promise.all(begun)) expect(state).toBe("running");
    }
  });
  expect(after.events - before.events).toBe(RUNS);
  expect(after.read - before.read).toBeLessThan(20 * RUNS);
}, 60_000);

test("what runs append costs the same on a connection that began when their table was small", async () => {
  await tableOf(60);
  const before = await counted();
  const after = await countedAfter(async (store) => {
    const first = await started(store, newRun(`new:${realSystem.id()}`));
    // Postgres plans a statement anew the first five times.
    for (let seq = 1; seq <= 8; seq++) {
      await store.events.append([{ fence: first.fence, events: [token(first.fence, seq)], checkpoints: [] }]);
    }
    await append(store, await begin(store));
  });
  expect(after.events - before.events).toBe(8 + RUNS);
  expect(after.read - before.read).toBeLessThan(20 * RUNS);
}, 60_000);

test("a page of a user's runs costs what it returns, whatever it is filtered by and however many there are", async () => {
  await tableOf(0);
  // All of one user's: 20,000 that succeeded, and a failed one among the oldest.
  await sql`
    insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input, trace_id, created_at)
    select 'u:' || i, gen_random_uuid(), 'chat', case i when 5 then 'failed' else 'succeeded' end, 1, 1, 1, 'here', 0, '{}', 't', i
    from generate_series(1, 20000) i`;
  for (const isAnalyzed of [false, true]) {
    if (isAnalyzed) await sql`vacuum analyze runs`;
    await allCounted(sql);
    const before = await read();
    const store = postgresStore({ url, system: realSystem });
    const page = { limit: 20, after: null, status: null, threadKey: null, withSuperseded: false };
    expect((await store.runs.list("u", page)).map(({ createdAt }) => createdAt)[19]).toBe(19_981);
    expect(await store.runs.list("u", { ...page, after: { createdAt: 10_000, runId: "" } })).toHaveLength(20);
    expect(await store.runs.list("u", { ...page, status: "failed" })).toMatchObject([{ createdAt: 5 }]);
    expect(await store.runs.list("u", { ...page, threadKey: "u:7" })).toHaveLength(1);
    expect(await store.runs.get("u", "a run that there is not")).toBeNull();
    expect(await store.runs.join("u", "a run that there is not")).toBeNull();
    await store.close();
    await allCounted(sql);
    const after = await read();
    expect(after.scans).toBeGreaterThan(before.scans);
    // Rows of the table: the pages' own. The index is read once from end to end, for the failed one.
    expect(after.rows - before.rows).toBeLessThan(100);
  }
}, 60_000);

const read = async () => {
  const [found] = await sql<{ rows: number; scans: number }[]>`
    select (seq_tup_read + idx_tup_fetch)::int as rows, (seq_scan + idx_scan)::int as scans
    from pg_stat_user_tables where schemaname = 'yeoul' and relname = 'runs'`;
  if (found === undefined) throw new Error("there are no counters");
  return found;
};

test("the news of many logs cost a look at the index each, also on a connection that began when the table was small", async () => {
  const setup = postgresStore({ url, system: realSystem });
  await setup.migrate();
  await sql`alter table events set (autovacuum_enabled = false)`;
  const fill = (logs: number, from: number) => sql`
    insert into events (thread_key, seq, at, run_id, type, payload)
    select 'u:' || log, seq, 1, 'r', 'token', '{}' from generate_series(${from}::int, ${from + logs - 1}::int) log, generate_series(1, 50) seq`;
  await fill(2, 0);
  await sql`vacuum analyze events`;
  const known = (seq: number) => Array.from({ length: RUNS }, (_, at) => ({ threadKey: `u:${at}`, seq }) as const);
  // Postgres plans a statement anew the first five times.
  for (let i = 0; i < 8; i++) await setup.events.news(known(49));
  await fill(2_000, 2);
  const readOfEvents = async () => {
    const [row] = await sql<{ read: number; scans: number }[]>`
      select (seq_tup_read + idx_tup_fetch)::int as read, idx_scan::int as scans
      from pg_stat_user_tables where schemaname = 'yeoul' and relname = 'events'`;
    return row ?? { read: 0, scans: 0 };
  };
  await sql`select pg_stat_force_next_flush()`;
  const before = await readOfEvents();
  for (let i = 0; i < 8; i++) {
    const { logs } = await setup.events.news(known(49));
    expect(logs).toHaveLength(RUNS);
  }
  await setup.close();
  await allCounted(sql);
  const after = await readOfEvents();
  expect(after.scans).toBeGreaterThan(before.scans);
  // The known event of each log and what follows it; of the first calls, the few logs that there were.
  expect(after.read - before.read).toBeLessThanOrEqual(2 * 8 * RUNS + 32);
}, 60_000);

test("approvals cost what waits, however many were decided and however many runs have ended", async () => {
  const DECIDED = 20_000;
  await tableOf(DECIDED);
  await sql`alter table approvals set (autovacuum_enabled = false)`;
  await sql`
    insert into approvals (thread_key, run_id, tool_call_id, name, input, requested_at, decision, decided_at)
    select thread_key, run_id, 'c', 'pay', '{}', 1, 'approve', 2 from runs`;
  const readSoFar = async (): Promise<number> => {
    await allCounted(sql);
    const [found] = await sql<{ rows: number }[]>`
      select sum(seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_user_tables
      where schemaname = 'yeoul' and relname in ('runs', 'approvals')`;
    return found?.rows ?? 0;
  };
  for (const isAnalyzed of [false, true]) {
    if (isAnalyzed) await sql`vacuum analyze runs, approvals`;
    const before = await readSoFar();
    const store = postgresStore({ url, system: realSystem });
    // Postgres plans a statement anew the first five times.
    for (let times = 0; times < 8; times++) {
      const key = `u:${realSystem.id()}` as const;
      const { fence } = await started(store, newRun(key));
      const call = { toolCallId: "a", name: "pay", input: {}, schema: null };
      const rest = { timeoutMs: 60_000, rejection: "no" };
      await store.approvals.request(fence, [call, { ...call, toolCallId: "b" }]);
      expect(await store.approvals.wait(fence, ["a", "b"], rest)).toBe("waiting");
      expect(await store.approvals.open("u", 100)).toHaveLength(2);
      expect(await store.approvals.waiting("u", "u:another")).toBe(1);
      expect(await store.approvals.anyWaiting()).toBe(true);
      expect(await store.approvals.expire(100)).toBe(0);
      expect(await store.approvals.blocking(100)).toEqual([]);
      expect(await store.approvals.sweep(100)).toBe(0);
      expect(await store.approvals.get(fence, "a")).toMatchObject({ decision: null });
      expect(await store.approvals.ofRun(fence)).toHaveLength(2);
      const decision = { decision: "approve", input: null, message: null } as const;
      expect(await store.approvals.decide({ run: fence, toolCallId: "a", decision })).toMatchObject({ goesOn: false });
      expect(await store.approvals.rejectAll(key, "no")).toBe(true);
      await store.runs.takeover({ orphans: "lapsed", owner: "here", limit: 9, messageId: realSystem.id, now: 1 });
    }
    await store.close();
    // Some rows for each of a dozen statements.
    const rows = (await readSoFar()) - before;
    expect(rows).toBeLessThan(8 * 12 * 10);
  }
}, 60_000);
