import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { newRun, started } from "../support/runs.ts";
import { statementNames } from "../support/statement-names.ts";

const DEADLINE_MS = 1_000;

/**
 * Waits twice a deadline, in steps as short as the store's own. On a busy machine these are late as well, so it tells
 * which came first, and not how fast the machine is.
 */
const twiceADeadline = async (signal: AbortSignal): Promise<"late"> => {
  for (let step = 0; step < 2 * 16; step++) await realSystem.sleep(DEADLINE_MS / 16, signal);
  return "late";
};

describe("a Postgres that is slow, gone or back", () => {
  let server: PostgresServer;
  let url: string;
  let store: Store;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.freshDatabase();
    store = postgresStore({ url, system: realSystem, deadlineMs: DEADLINE_MS, maxConnections: 5 });
    await store.migrate();
  }, 30_000);
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  /** Returns how a call ended, and checks that it took no longer than allowed. */
  const settled = async (call: Promise<unknown>): Promise<StoreError | null> => {
    const settles = new AbortController();
    const outcome = call.then(
      () => null,
      (reason) => reason,
    );
    const late = twiceADeadline(settles.signal).catch(() => {});
    const error = await Promise.race([outcome, late]);
    settles.abort();
    expect(error).not.toBe("late");
    if (error !== null) expect(error).toBeInstanceOf(StoreError);
    return error;
  };

  test("a call behind another session's lock ends at its deadline, and the next one works", async () => {
    const { fence } = await started(store, newRun("u1:locked"));
    const other = postgres(url, { max: 1 });
    await other.begin(async (held) => {
      await held`select 1 from yeoul.threads for update`;
      expect(await settled(store.threads.delete(fence.threadKey))).toMatchObject({ code: "unavailable" });
      expect(await settled(store.check())).toBeNull();
    });
    await other.end();
    expect(await settled(store.threads.get(fence.threadKey))).toBeNull();
  }, 10_000);

  test("every call of twenty loops settles while the server restarts, and afterwards all succeed", async () => {
    const done = new AbortController();
    const outcomes = Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const failures: StoreError[] = [];
        while (!done.signal.aborted) {
          const failure = await settled(store.threads.get(`u1:${index}`));
          if (failure !== null) failures.push(failure);
          await realSystem.sleep(1);
        }
        return failures;
      }),
    );
    for (let restart = 0; restart < 3; restart++) {
      await realSystem.sleep(50);
      await server.stop();
      expect(await settled(store.check())).toMatchObject({ code: "unavailable" });
      await server.start();
      await eventually(() => store.check());
    }
    done.abort();
    const failures = (await outcomes).flat();
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter(({ code }) => code !== "unavailable")).toEqual([]);
    for (let index = 0; index < 20; index++) expect(await settled(store.threads.get(`u1:${index}`))).toBeNull();
  }, 60_000);

  test("errors contain nothing of the connection string", async () => {
    const nowhere = postgresStore({
      url: "postgres://someone:sesame@127.0.0.1:1/x",
      system: realSystem,
      deadlineMs: DEADLINE_MS,
    });
    const error = await settled(nowhere.check());
    expect(error).toMatchObject({ code: "unavailable" });
    expect(error?.message).not.toContain("sesame");
    await nowhere.close();
  });

  test("a call fails at once after one or two calls of close", async () => {
    const closing = postgresStore({ url, system: realSystem, deadlineMs: DEADLINE_MS });
    await closing.check();
    await closing.close();
    await closing.close();
    expect(await settled(closing.check())).toMatchObject({ code: "unavailable" });
  });

  const namesUsed = async (query: string): Promise<ReadonlySet<string>> => {
    const proxy = await statementNames(url);
    const through = postgresStore({ url: `${proxy.url}${query}`, system: realSystem, maxConnections: 1 });
    try {
      await started(through, newRun(`u1:prepared${query}`));
    } finally {
      await through.close();
      proxy.close();
    }
    expect(proxy.names).not.toEqual([]);
    return new Set(proxy.names);
  };

  test("prepared statements have unique names", async () => {
    expect(await namesUsed("")).not.toContain("");
  });

  test.each(["?prepare=false", "?pgbouncer=true"])("with %s it works without prepared statements", async (query) => {
    expect(await namesUsed(query)).toEqual(new Set([""]));
  });
});

/** A server that has just reported that it is ready may still refuse the first connections. */
const eventually = async (call: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 0; ; attempt++) {
    try {
      await call();
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await realSystem.sleep(100);
    }
  }
};
