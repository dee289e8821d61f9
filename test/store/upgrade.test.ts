import { afterAll, beforeAll, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { migrations } from "../../src/store/migrations/migrations.ts";
import { freshDatabase } from "../support/postgres.ts";
import { takeLapsed } from "../support/replicas.ts";
import { endAt, newRun, started } from "../support/runs.ts";

/** The last migration of the release in which leases did not yet belong to replicas. */
const BEFORE = "0003_deleted_threads";

let sql: postgres.Sql;
let store: Store;
beforeAll(async () => {
  const url = await freshDatabase();
  sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`create table yeoul_migrations (name text primary key, applied_at bigint not null)`;
  for (const { name, sql: text } of migrations.slice(0, migrations.findIndex(({ name }) => name === BEFORE) + 1)) {
    for (const statement of text.split("--> statement-breakpoint")) await sql.unsafe(statement);
    await sql`insert into yeoul_migrations (name, applied_at) values (${name}, 1)`;
  }
  store = postgresStore({ url, system: realSystem });
}, 30_000);
afterAll(async () => {
  await store.close();
  await sql.end();
});

/** A run as a replica of that release wrote it; its lease ends in `ms` milliseconds. */
const begunBefore = async (runId: string, leaseMs: number) => {
  const key = `u:${runId}`;
  await sql`
    insert into threads (thread_key, user_id, last_seq, turns, running, queued, created_at, updated_at)
    values (${key}, 'u', 0, 1, true, 0, 1000, 5000)`;
  await sql`
    insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, lease_until, start_seq, input, trace_id, created_at)
    values (${key}, ${runId}, 'chat', 'running', 1, 1, 1, 'host/1/2', ${Date.now() + leaseMs}, 0, '{"message":"asked"}', 't', 1000)`;
};

test("a database of the previous release is migrated while its replicas run, and their runs end only when their lease has ended", async () => {
  await begunBefore("held", 600_000);
  await begunBefore("over", -1);
  expect(await store.migrate()).toBe(migrations.length - 4);
  // The replicas of that release go on writing while the new ones start.
  await begunBefore("begun-meanwhile", 600_000);
  const taken = await takeLapsed(store, "new", ["over"]);
  expect(taken.map(({ fence }) => fence)).toEqual([{ threadKey: "u:over", runId: "over", epoch: 2 }]);
  // It keeps the run that it renews. In the thread of a run that it has ended, no later run is dated before its last
  // write.
  const held = { threadKey: "u:held" as const, runId: "held", epoch: 1 };
  await sql`update runs set lease_until = ${Date.now() + 600_000} where run_id = 'held' and owner = 'host/1/2'`;
  expect(await store.runs.finish(held, endAt(held, 1, { now: 1 }))).toBe("ended");
  expect((await started(store, newRun("u:held", { now: 1 }))).lastAt).toBeGreaterThanOrEqual(5_000);
});

test("replicas of that release take over none of our runs: no run's own lease has ended, and no owner is a process of their host", async () => {
  const run = newRun(`u:${realSystem.id()}`, { owner: realSystem.id() });
  await started(store, run);
  const orphans = await sql`
    select run_id from runs where status in ('queued', 'running') and (lease_until < ${Date.now() + 1e9} or owner ~ '^.*/[0-9]+/.*$')`;
  expect(orphans.map(({ run_id }) => run_id)).not.toContain(run.runId);
});
