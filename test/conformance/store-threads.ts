import { expect, test } from "bun:test";
import { appended, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const PNG = { imageId: "late", mediaType: "image/png", bytes: new Uint8Array([1]), width: 1, height: 1, now: 1 };

export const storeKeepsThreads = (under: StoreUnderTest): void => {
  test("a thread is named after its first message: one line of at most 80 characters, none cut in half", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key, { message: `  Solve\n\n this: ${"😀".repeat(200)}` }));
    expect((await store.threads.get(key))?.title).toBe(`Solve this: ${"😀".repeat(68)}`);
    await store.runs.finish(fence, endAt(fence, 1));
    await started(store, newRun(key, { message: "And now?", now: 5_000 }));
    expect(await store.threads.get(key)).toMatchObject({ lastSeq: 1, createdAt: 1_000, updatedAt: 5_000 });
    expect((await store.threads.get(key))?.title).toStartWith("Solve this:");
    expect(await store.threads.get("u1:unknown")).toBeNull();
  });

  test("the active run is the running one, else the oldest that waits", async () => {
    const { store, thread } = under;
    const key = thread();
    expect(await store.threads.activeRun(key)).toBeNull();
    const [first, second, third] = [newRun(key), newRun(key), newRun(key)];
    const { fence } = await started(store, first);
    await store.runs.begin(second);
    await store.runs.begin(third);
    expect(await store.threads.activeRun(key)).toMatchObject({ runId: first.runId, status: "running" });
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await store.threads.activeRun(key)).toMatchObject({ runId: second.runId, status: "queued" });
  });

  test("the newest messages are those that fit, at least one, oldest first", async () => {
    const { store, thread } = under;
    const key = thread();
    for (const [turn, message] of ["aaaa", "bbbb", "cccc"].entries()) {
      const { fence, lastSeq } = await started(store, newRun(key, { message }));
      const content = String(turn).repeat(10);
      await store.runs.finish(fence, endAt(fence, lastSeq + 2, { message: { id: "m", content } }));
    }
    const recent = async (beforeSeq: number, maxChars: number) =>
      (await store.threads.recentMessages(key, beforeSeq, maxChars)).map(({ content }) => content);
    const all = ["aaaa", "0000000000", "bbbb", "1111111111", "cccc", "2222222222"];
    expect(await recent(100, 1_000)).toEqual(all);
    expect(await recent(100, 28)).toEqual(all.slice(3).toSpliced(0, 0, "bbbb"));
    expect(await recent(100, 27)).toEqual(all.slice(3));
    expect(await recent(100, 0)).toEqual(["2222222222"]);
    expect(await recent(5, 14)).toEqual(["bbbb", "1111111111"]);
    expect(await recent(1, 1_000)).toEqual([]);
    expect(await store.threads.recentMessages("u1:unknown", 9, 9)).toEqual([]);
    expect((await store.threads.recentMessages(key, 100, 1_000)).at(0)).toEqual(
      (await store.threads.messages(key)).at(0) ?? expect.anything(),
    );
  });

  test("a message of the same number comes after the user's", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread(), { message: "q" }));
    await store.runs.finish(fence, endAt(fence, 1, { message: { id: "m", content: "a" } }));
    const roles = [
      await store.threads.messages(fence.threadKey),
      await store.threads.recentMessages(fence.threadKey, 9, 9),
    ];
    expect(roles.map((messages) => messages.map(({ role }) => role))).toEqual(Array(2).fill(["user", "assistant"]));
  });

  test("a deleted thread is gone with all that belongs to it, and no late write brings anything back", async () => {
    const { store, thread } = under;
    const [key, image] = [thread(), { ...PNG, imageId: crypto.randomUUID() }];
    const run = newRun(key);
    const queued = newRun(key);
    const { fence } = await started(store, run);
    await store.runs.begin(queued);
    await appended(store, fence, 1);
    await store.images.put(key, image);
    expect(await store.threads.delete(key)).toBe(true);
    expect(await store.threads.delete(key)).toBe(false);

    expect(await appended(store, fence, 2)).toBe(false);
    expect(await store.runs.finish(fence, endAt(fence, 2))).toBe(false);
    expect(await store.runs.claim(queued)).toBeNull();
    expect(await store.runs.takeover({ ...run, owner: "other" }, ["here"])).toBeNull();
    expect(await store.images.put(key, PNG)).toBe(false);
    expect(await store.images.get(image.imageId)).toBeNull();
    expect(await store.images.get(PNG.imageId)).toBeNull();
    expect(await store.threads.get(key)).toBeNull();
    expect(await store.events.bounds(key)).toBeNull();
    expect(await store.threads.messages(key)).toEqual([]);
    expect(await store.threads.checkpoints(key)).toEqual([]);
    expect(await store.runs.get("u1", run.runId)).toBeNull();
    expect(await started(store, newRun(key))).toMatchObject({ lastSeq: 0 });
  });

  test("a deletion among writes leaves no trace of them, whichever comes first", async () => {
    const { store, thread } = under;
    for (let round = 0; round < 10; round++) {
      const key = thread();
      const { fence } = await started(store, newRun(key));
      const image = { ...PNG, imageId: crypto.randomUUID() };
      await Promise.all([
        appended(store, fence, 1, 2),
        store.images.put(key, image),
        store.threads.delete(key),
        appended(store, fence, 3),
        store.runs.finish(fence, endAt(fence, 4)),
      ]);
      expect(await store.events.read(key, 0, 10)).toEqual([]);
      expect(await store.threads.messages(key)).toEqual([]);
      expect(await store.images.get(image.imageId)).toBeNull();
    }
  });
};
