import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import type { Fork } from "../../src/store/log/contract-threads.ts";
import { words } from "../support/documents.ts";
import { freshDatabase } from "../support/postgres.ts";
import { endAt, newRun, started, token } from "../support/runs.ts";

const MINUTE = 60_000;
const FROM: ThreadKey = "u:large";
const TO: ThreadKey = "u:fork";
const CHECKPOINT = { checkpointId: "c", node: "n", change: "{}", at: 5 };

/** A thread of one run with so many events and a checkpoint at its end. */
const filled = async (store: Store, count: number): Promise<Fork> => {
  const run = newRun(FROM);
  const { fence } = await started(store, run);
  for (let last = 0; last < count - 1; last += 1_000) {
    const tokens = Array.from({ length: Math.min(1_000, count - 1 - last) }, (_, at) => token(fence, last + at + 1));
    await store.events.append([{ fence, events: tokens, checkpoints: [] }]);
  }
  const checkpoint = { ...CHECKPOINT, seq: count };
  await store.runs.finish(fence, endAt(fence, count, { checkpoints: [checkpoint] }));
  return { from: FROM, to: TO, checkpoint, through: count, partial: null, now: 9 };
};

describe.each([
  ["Postgres", async () => openPostgres(await freshDatabase())],
  ["the embedded store", async () => openPglite(mkdtempSync(join(tmpdir(), "yeoul-large-")))],
] as const)("%s", (_, place) => {
  test(
    "whose process ends during a deletion has no such thread any more, and deletes the rest later",
    async () => {
      const { open, remove } = await place();
      const dying = await open();
      await dying.migrate();
      await filled(dying, 30_000);
      const runId = (await dying.events.read(FROM, 0, 1))[0]?.runId ?? "";
      const deleted = dying.threads.delete(FROM);
      while ((await dying.threads.get(FROM)) !== null);
      await dying.close();
      await deleted.catch(() => {});

      const store = await open();
      expect(await store.events.bounds(FROM)).not.toBeNull();
      expect(await store.threads.get(FROM)).toBeNull();
      expect(await store.threads.list("u", { limit: 10, after: null })).toEqual([]);
      expect(await store.runs.get("u", runId)).toBeNull();
      expect(await store.threads.delete(FROM)).toBeNull();
      while (await store.threads.erase());
      expect(await store.events.bounds(FROM)).toBeNull();
      expect(await started(store, newRun(FROM))).toMatchObject({ lastSeq: 30_001 });
      await store.close();
      remove();
    },
    MINUTE,
  );

  test(
    "whose process ends during a deletion has the rest deleted before a run begins under that key",
    async () => {
      const { open, remove } = await place();
      const dying = await open();
      await dying.migrate();
      await filled(dying, 30_000);
      const deleted = dying.threads.delete(FROM);
      while ((await dying.threads.get(FROM)) !== null);
      await dying.close();
      await deleted.catch(() => {});

      const store = await open();
      expect(await store.events.bounds(FROM)).not.toBeNull();
      expect(await started(store, newRun(FROM))).toMatchObject({ lastSeq: 30_001 });
      expect(await store.events.read(FROM, 0, 10)).toEqual([]);
      await store.close();
      remove();
    },
    MINUTE,
  );
});

const openPostgres = (url: string) => ({
  open: async () => postgresStore({ url, system: realSystem }),
  remove: () => {},
});
const openPglite = (dataDir: string) => ({
  open: () => pgliteStore({ dataDir, system: realSystem, fsync: false }),
  remove: () => rmSync(dataDir, { recursive: true, force: true }),
});

describe("in Postgres", () => {
  let url: string;
  let sql: postgres.Sql;
  let store: Store;
  beforeEach(async () => {
    url = await freshDatabase();
    sql = postgres(url, { max: 2, onnotice: () => {}, connection: { search_path: "yeoul" } });
    store = postgresStore({ url, system: realSystem });
    await store.migrate();
  }, MINUTE);
  afterEach(async () => {
    await store.close();
    await sql.end();
  });

  const TABLES = ["runs", "events", "stretches", "messages", "checkpoints", "rounds", "images"];

  /** How many rows the tables hold under a key. */
  const rowsOf = async (key: ThreadKey): Promise<number> => {
    const counts = await Promise.all(
      TABLES.map(
        (table) => sql<{ count: number }[]>`select count(*)::int as count from ${sql(table)} where thread_key = ${key}`,
      ),
    );
    return counts.reduce((sum, [row]) => sum + Number(row?.count), 0);
  };

  /** Makes a log longer, without the time that appending takes: the events go in front of those that are there. */
  const lengthened = async (fork: Fork, events: number): Promise<Fork> => {
    const by = sql`${events}::int`;
    await sql`update events set seq = seq + ${by} where thread_key = ${FROM}`;
    await sql`update checkpoints set seq = seq + ${by} where thread_key = ${FROM}`;
    await sql`update threads set last_seq = last_seq + ${by} where thread_key = ${FROM}`;
    await sql`
      insert into events (thread_key, seq, at, run_id, type, payload)
      select ${FROM}, i, 1, (select run_id from runs where thread_key = ${FROM}), 'token', '{"delta":"word "}'
      from generate_series(1, ${by}) i`;
    await sql`analyze events`;
    const { checkpoint, through } = fork;
    return { ...fork, checkpoint: { ...checkpoint, seq: checkpoint.seq + events }, through: through + events };
  };

  test(
    "a fork whose process ends is seen by nobody, and is taken back once it has stood still for a minute",
    async () => {
      const fork = await filled(store, 20_000);
      const dying = postgresStore({ url, system: realSystem });
      const forked = dying.threads.fork(fork);
      while ((await rowsOf(TO)) === 0);
      await dying.close();
      await forked.catch(() => {});
      // The failed call may itself have begun to take it back.
      await sql`update threads set erase_at = (extract(epoch from now()) * 1000)::bigint + 60000 where thread_key = ${TO}`;
      expect(await rowsOf(TO)).toBeGreaterThan(0);
      expect(await store.threads.get(TO)).toBeNull();
      expect((await store.threads.list("u", { limit: 10, after: null })).map(({ threadKey }) => threadKey)).toEqual([
        FROM,
      ]);
      expect(await store.threads.fork(fork)).toBe("taken");
      expect(await store.threads.erase()).toBe(false);
      expect(await rowsOf(TO)).toBeGreaterThan(0);
      await sql`update threads set erase_at = 1 where thread_key = ${TO}`;
      while (await store.threads.erase());
      expect(await rowsOf(TO)).toBe(0);
      expect(await store.threads.fork(fork)).toMatchObject({ threadKey: TO, lastSeq: 20_000 });
      expect(await rowsOf(TO)).toBe(await rowsOf(FROM));
    },
    MINUTE,
  );

  test(
    "a fork that was taken back meanwhile is not shown, and leaves nothing",
    async () => {
      const fork = await filled(store, 20_000);
      const forked = store.threads.fork(fork).catch((error: Error) => error);
      while ((await rowsOf(TO)) === 0);
      await sql`update threads set erase_at = 0 where thread_key = ${TO} and is_deleted`;
      expect(await forked).toBeInstanceOf(Error);
      while (await store.threads.erase());
      expect(await rowsOf(TO)).toBe(0);
      expect(await store.threads.get(TO)).toBeNull();
    },
    MINUTE,
  );

  test(
    "no statement of a deletion or a fork holds a thread of 200,000 events for long, and appends do not wait for them",
    async () => {
      const fork = await lengthened(await filled(store, 1_000), 199_000);
      const { fence } = await started(store, newRun("u:live"));
      let seq = 0;
      /** Appends until `work` is done; returns the times in order, in milliseconds. */
      const timesDuring = async (work: Promise<unknown>): Promise<readonly number[]> => {
        const times: number[] = [];
        let isOver = false;
        const over = work.finally(() => {
          isOver = true;
        });
        while (!isOver || times.length < 200) {
          const since = performance.now();
          await store.events.append([{ fence, events: [token(fence, ++seq)], checkpoints: [] }]);
          times.push(performance.now() - since);
        }
        await over;
        return times.toSorted((a, b) => a - b);
      };
      const p99 = (times: readonly number[]) => times[Math.floor(times.length * 0.99)] ?? 0;
      const quiet = await timesDuring(Promise.resolve());
      const slow = sql.begin(async (held) => {
        await held`lock table chunks in access exclusive mode`;
        await held`select pg_sleep(4)`;
      });
      const searches = Array.from({ length: 10 }, () => store.documents.search("u", words("word", { limit: 3 })));
      const searched = await timesDuring(Promise.allSettled([...searches, slow]));
      const forked = await timesDuring(store.threads.fork(fork));
      expect(await rowsOf(TO)).toBe(await rowsOf(FROM));
      const deleted = await timesDuring(store.threads.delete(FROM));
      expect(await rowsOf(FROM)).toBe(0);
      // An append waits for no lock and no connection of theirs. What is left is the machine, which they share.
      const bound = Math.max(50, 20 * p99(quiet));
      expect({ searched: p99(searched) < bound, forked: p99(forked) < bound, deleted: p99(deleted) < bound }).toEqual({
        searched: true,
        forked: true,
        deleted: true,
      });
    },
    3 * MINUTE,
  );
});
