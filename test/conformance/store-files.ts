import { expect, test } from "bun:test";
import { newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

export const storeHoldsFiles = (under: StoreUnderTest): void => {
  const file = (size: number) => ({
    name: "표.csv",
    mediaType: "text/csv",
    bytes: Uint8Array.from({ length: size }, (_, at) => at % 251),
  });

  test.each([0, 1, 512 * 1024, 512 * 1024 + 1, 2_000_000])("of %i bytes are read back as they were", async (size) => {
    const { store, thread } = under;
    const run = { threadKey: thread(), runId: crypto.randomUUID() };
    expect(await store.files.get(run)).toBeNull();
    await store.files.put(run, file(size));
    expect(await store.files.get(run)).toEqual(file(size));
    await store.files.remove(run);
    await store.files.remove(run);
    expect(await store.files.get(run)).toBeNull();
  });

  test("are swept once they are that old, but not those of an unfinished run", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const left = { threadKey: thread(), runId: crypto.randomUUID() };
    for (const run of [fence, left]) await store.files.put(run, file(600_000));
    await store.files.sweep(60_000, 100);
    expect(await store.files.get(left)).not.toBeNull();
    expect(await store.files.sweep(0, 1)).toBe(1);
    // A part of a file is none.
    expect(await store.files.get(left)).toBeNull();
    while ((await store.files.sweep(0, 100)) > 0);
    expect(await store.files.get(fence)).not.toBeNull();
  });

  test("go with their thread", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    await store.files.put(fence, file(10));
    await store.threads.delete(fence.threadKey);
    expect(await store.files.get(fence)).toBeNull();
  });
};
