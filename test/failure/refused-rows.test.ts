import { expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { freshDatabase } from "../support/postgres.ts";
import { newRun } from "../support/runs.ts";

const DEADLINE_MS = 2_000;

test("runs that timed out in the store are not started later, when no caller waits for them", async () => {
  const url = await freshDatabase();
  const store = postgresStore({ url, system: realSystem, deadlineMs: DEADLINE_MS, maxConnections: 2 });
  await store.migrate();
  const begin = (what: string) =>
    Promise.allSettled(Array.from({ length: 20 }, (_, at) => store.runs.begin(newRun(`u:${what} ${at}`))));
  // A connection that has prepared the statement receives the next one before it has answered.
  await begin("warm");
  const other = postgres(url, { max: 2 });
  const backends = async () =>
    (
      await other`select 1 from pg_stat_activity
        where datname = current_database() and application_name = 'yeoul' and state <> 'idle'`
    ).length;
  await other.begin(async (sql) => {
    await sql`lock table yeoul.threads in exclusive mode`;
    const begun = await begin("slow");
    expect(begun.map(({ status }) => status)).toEqual(begun.map(() => "rejected"));
    // By then each backend has started on the next statement, with the same timeout.
    const since = performance.now();
    while ((await backends()) > 0 && performance.now() - since < DEADLINE_MS / 2);
  });
  while ((await backends()) > 0);
  expect(await other`select 1 from yeoul.threads where thread_key like 'u:slow%'`).toHaveLength(0);
  expect(await other`select 1 from yeoul.runs where thread_key like 'u:slow%'`).toHaveLength(0);
  await other.end();
  await store.close();
}, 30_000);
