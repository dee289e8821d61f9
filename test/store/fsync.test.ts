import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fsync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { type Sync, WalSync } from "../../src/store/drivers/wal-sync.ts";
import { closedGate } from "../support/gate.ts";
import { appended, newRun, started } from "../support/runs.ts";
import { acknowledgements, stracePath } from "../support/strace.ts";

const root = mkdtempSync(join(tmpdir(), "yeoul-fsync-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/**
 * Whether the promise has settled. Anything that waits only for microtasks has had a thousand turns of the event loop.
 */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  void promise.then(settle, settle);
  for (let turn = 0; turn < 1_000 && !settled; turn++) await new Promise(setImmediate);
  return settled;
};

describe("an embedded store", () => {
  const gate = closedGate();
  let syncs = 0;
  let failure: Error | null = null;
  const sync: Sync = (descriptor, done) => {
    syncs++;
    void gate.pass().then(() => (failure === null ? fsync(descriptor, done) : done(failure)));
  };
  let store: Store;
  beforeAll(async () => {
    gate.open();
    store = await pgliteStore({ dataDir: join(root, "held"), system: realSystem, sync });
    await store.migrate();
  }, 60_000);
  afterAll(() => store.close());

  test("neither acknowledges a write nor shows it to readers before it is on the disk", async () => {
    const { fence } = await started(store, newRun("u:held"));
    gate.close();
    const writing = appended(store, fence, 1);
    const reading = store.events.read(fence.threadKey, 0, 10);
    expect(await isSettled(writing)).toBe(false);
    expect(await isSettled(reading)).toBe(false);
    gate.open();
    expect(await writing).toBe(true);
    expect(await reading).toHaveLength(1);
  });

  test("does not wait for the disk when nothing was written", async () => {
    const before = syncs;
    gate.close();
    expect(await store.threads.get("u:nobody")).toBeNull();
    expect(syncs).toBe(before);
    gate.open();
  });

  test("syncs writes that arrive meanwhile together", async () => {
    const { fence } = await started(store, newRun("u:many"));
    const before = syncs;
    gate.close();
    const first = appended(store, fence, 1);
    await gate.reached(before + 1);
    const more = Array.from({ length: 20 }, (_, at) => appended(store, fence, at + 2));
    for (const promise of more) expect(await isSettled(promise)).toBe(false);
    gate.open();
    expect(await Promise.all([first, ...more])).not.toContain(false);
    expect(syncs - before).toBe(2);
  });

  test("fails every call for good once its disk has failed", async () => {
    const { fence } = await started(store, newRun("u:lost"));
    failure = new Error("EIO");
    await expect(appended(store, fence, 1)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("see to the disk"),
    });
    failure = null;
    await expect(store.threads.get("u:lost")).rejects.toMatchObject({ code: "unavailable" });
  });
});

test("with fsync off, nothing is synced", async () => {
  let syncs = 0;
  const sync: Sync = (descriptor, done) => {
    syncs++;
    fsync(descriptor, done);
  };
  const store = await pgliteStore({ dataDir: join(root, "off"), system: realSystem, fsync: false, sync });
  await store.migrate();
  await started(store, newRun("u:off"));
  await store.close();
  expect(syncs).toBe(0);
}, 60_000);

describe("the write-ahead log", () => {
  const file = (name: string) => {
    const path = join(root, name);
    writeFileSync(path, "x");
    return path;
  };

  test("is synced at once where something else must not reach the disk before it", () => {
    const wal = new WalSync(() => {
      throw new Error("not beside the loop");
    });
    wal.mark(file("a"));
    expect(wal.isSettled).toBe(false);
    wal.settle();
    expect(wal.isSettled).toBe(true);
  });

  test("a part that is marked during a sync waits for a sync of its own", async () => {
    const waiting: (() => void)[] = [];
    const wal = new WalSync((_descriptor, done) => void waiting.push(() => done(null)));
    wal.mark(file("000000010000000000000001"));
    const first = wal.durable();
    await Promise.resolve();
    wal.mark(file("000000010000000000000001"));
    const second = wal.durable();
    waiting.shift()?.();
    await first;
    expect(await isSettled(second)).toBe(false);
    waiting.shift()?.();
    await second;
    expect(wal.isSettled).toBe(true);
  });
});

/** Checked with strace, a Debian package. Where it is not installed, only the tests above run. */
describe.skipIf(stracePath === null)("the system calls of an embedded store", () => {
  test("each commit's part of the log is written, then synced, then acknowledged", async () => {
    const acknowledged = await acknowledgements(join(root, "traced"), 10, true);
    expect(acknowledged).toHaveLength(10);
    for (const { writes, isSynced } of acknowledged) {
      expect(writes).toBeGreaterThan(0);
      expect(isSynced).toBe(true);
    }
  }, 120_000);

  test("with fsync off, no commit is synced", async () => {
    const acknowledged = await acknowledgements(join(root, "untraced"), 3, false);
    expect(acknowledged.map(({ isSynced }) => isSynced)).toEqual([false, false, false]);
  }, 120_000);
});
