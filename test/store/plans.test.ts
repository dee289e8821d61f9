import { expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { freshDatabase } from "../support/postgres.ts";
import { endAt, newRun, started, token } from "../support/runs.ts";

const RUNS = 200;

test("what runs write costs the same where their table was analyzed while no run was under way", async () => {
  const url = await freshDatabase();
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { search_path: "yeoul" } });
  const store = postgresStore({ url, system: realSystem });
  await store.migrate();
  await sql`
    insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input, trace_id, created_at)
    select 'u:' || i, gen_random_uuid(), 'chat', 'succeeded', 1, 1, 1, 'here', 0, '{}', 't', 1 from generate_series(1, 3000) i`;
  await sql`alter table runs set (autovacuum_enabled = false)`;
  await sql`vacuum analyze runs`;
  await sql`select pg_stat_force_next_flush()`;
  /** Rows of `runs` that were read, and entries of the indexes that hold the unfinished ones. */
  const counted = async () => {
    const [table] = await sql<{ read: number; updated: number }[]>`
      select (seq_tup_read + idx_tup_fetch)::int as read, n_tup_upd::int as updated
      from pg_stat_user_tables where schemaname = 'yeoul' and relname = 'runs'`;
    const [indexes] = await sql<{ read: number }[]>`
      select sum(idx_tup_read)::int as read from pg_stat_user_indexes
      where schemaname = 'yeoul' and indexrelname in ('runs_by_owner', 'runs_unfinished')`;
    return { read: (table?.read ?? 0) + (indexes?.read ?? 0), updated: table?.updated ?? 0 };
  };
  const before = await counted();

  const begun = await Promise.all(Array.from({ length: RUNS }, () => started(store, newRun(`new:${realSystem.id()}`))));
  const appends = begun.map(({ fence }) => ({ fence, events: [token(fence, 1)], checkpoints: [] }));
  expect(await store.events.append(appends)).toEqual(new Map());
  const ends = await Promise.all(begun.map(({ fence }) => store.runs.finish(fence, endAt(fence, 2))));
  expect(new Set(ends)).toEqual(new Set(["ended"]));
  // Its connections report what they counted when they close.
  await store.close();
  while ((await counted()).updated - before.updated < RUNS) await realSystem.sleep(20);

  // Each run is looked up a few times, and never by reading all that are unfinished.
  expect((await counted()).read - before.read).toBeLessThan(20 * RUNS);
  await sql.end();
}, 60_000);
