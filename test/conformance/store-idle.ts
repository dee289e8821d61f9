import { expect, test } from "bun:test";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { packAll } from "../support/packing.ts";
import { endBehind, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const DAY = 24 * 60 * 60_000;

/** Walks over all threads; returns those of `keys` that are idle. */
const idleOf = async (store: Store, forMs: number, keys: readonly ThreadKey[]): Promise<readonly ThreadKey[]> => {
  const idle = new Set<ThreadKey>();
  for (let after: ThreadKey | null = null; ; ) {
    const found = await store.threads.idle(forMs, after);
    for (const key of found.keys) idle.add(key);
    if (found.next === null) return keys.filter((key) => idle.has(key));
    after = found.next;
  }
};

export const storeFindsIdleThreads = (under: StoreUnderTest): void => {
  test("a thread is idle once its runs have ended and been packed, as long ago by the database's clock", async () => {
    const { store, thread } = under;
    const [ended, going, alive] = [thread(), thread(), thread()] as const;
    const keys = [ended, going, alive];
    // By the replica's clock all of this was in 1970.
    for (const key of [ended, alive]) {
      const { fence } = await started(store, newRun(key));
      await store.runs.finish(fence, endBehind(fence, 0, 3));
    }
    await started(store, newRun(going));
    expect(await idleOf(store, 0, [going])).toEqual([]);
    await packAll(store);
    expect(await idleOf(store, 0, keys)).toEqual([ended, alive]);
    expect(await idleOf(store, DAY, keys)).toEqual([]);
    await started(store, newRun(alive));
    expect(await idleOf(store, 0, keys)).toEqual([ended]);
  });

  test("only an idle thread is deleted as one: a run that began since keeps it", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    await store.runs.finish(fence, endBehind(fence, 0, 3));
    await packAll(store);
    expect(await store.threads.delete(key, DAY)).toBeNull();
    const next = await started(store, newRun(key));
    expect(await store.threads.delete(key, 0)).toBeNull();
    await store.runs.finish(next.fence, endBehind(next.fence, next.lastSeq, 3));
    await packAll(store);
    expect(await store.threads.delete(key, 0)).toEqual([]);
    expect(await store.threads.get(key)).toBeNull();
    expect(await store.events.bounds(key)).toBeNull();
    expect(await idleOf(store, 0, [key])).toEqual([]);
    expect(await store.threads.delete(key, 0)).toBeNull();
  });
};
