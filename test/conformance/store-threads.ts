import { expect, test } from "bun:test";
import type { Thread } from "../../src/domain/thread.ts";
import { messagesOf } from "../support/messages-of.ts";
import { takeBack } from "../support/replicas.ts";
import { appended, checkpointsOf, endAt, newRun, started } from "../support/runs.ts";
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

  test("an answer with the seq of its question comes after it", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread(), { message: "q" }));
    await store.runs.finish(fence, endAt(fence, 1, { message: { id: "m", content: "a" } }));
    const messages = await messagesOf(store, fence.threadKey);
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    const turns = await store.threads.recentTurns(fence.threadKey, 9, { maxChars: 9, model: "m" });
    expect(turns).toMatchObject([{ question: "q", content: "a" }]);
  });

  test("a user's threads are listed page by page, the one last written to first", async () => {
    const { store } = under;
    const userId = `lister ${crypto.randomUUID()}`;
    const keyOf = (id: string) => `${userId}:${id}` as const;
    // "b" and "c" were written to in the same millisecond.
    const order = ["d", "b", "c", "a", "e:f"];
    const times = [4_000, 3_000, 3_000, 2_000, 1_000];
    for (const [i, id] of order.entries()) await started(store, newRun(keyOf(id), { message: id, now: times[i] ?? 0 }));
    await started(store, newRun(`${userId}x:other`));
    const pages = async (limit: number): Promise<Thread[]> => {
      const all: Thread[] = [];
      for (;;) {
        const page = await store.threads.list(userId, { limit, after: all.at(-1) ?? null });
        expect(page.length).toBeLessThanOrEqual(limit);
        all.push(...page);
        if (page.length < limit) return all;
      }
    };
    for (const limit of [1, 2, 3, 5, 100]) {
      expect((await pages(limit)).map(({ title }) => title)).toEqual(order);
    }
    expect(await store.threads.list(userId, { limit: 1, after: null })).toEqual([
      { threadKey: keyOf("d"), title: "d", lastSeq: 0, createdAt: 4_000, updatedAt: 4_000 },
    ]);
    expect(await store.threads.list("nobody", { limit: 9, after: null })).toEqual([]);
  });

  test("threads that are written, created or deleted between two pages are not repeated and hide no others", async () => {
    const { store } = under;
    const userId = `reader ${crypto.randomUUID()}`;
    for (let i = 0; i < 6; i++) await started(store, newRun(`${userId}:${i}`, { message: `${i}`, now: 1_000 + i }));
    const seen = [...(await store.threads.list(userId, { limit: 2, after: null }))];
    const after = seen.at(-1) ?? null;
    await store.runs.begin(newRun(`${userId}:5`, { now: 9_000 }));
    await store.runs.begin(newRun(`${userId}:2`, { now: 9_001 }));
    await started(store, newRun(`${userId}:new`, { now: 9_002 }));
    await store.threads.delete(`${userId}:4`);
    seen.push(...(await store.threads.list(userId, { limit: 10, after })));
    expect(seen.map(({ title }) => title)).toEqual(["5", "4", "3", "1", "0"]);
  });

  test("a replica whose clock is behind does not move a thread back in the list", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key, { now: 9_000 }));
    await store.runs.begin(newRun(key, { now: 5_000 }));
    await store.runs.finish(fence, endAt(fence, 1, { now: 6_000 }));
    expect(await store.threads.get(key)).toMatchObject({ updatedAt: 9_000 });
  });

  test("checkpoints are listed page by page in the order of their creation, and one is found by its id", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const checkpoints = [1, 1, 2, 5, 9].map((seq, i) => ({
      checkpointId: `c${i}`,
      seq,
      node: "n",
      change: `{"i":${i}}`,
      at: i,
    }));
    await appended(store, fence, 1);
    await store.events.append([{ fence, events: [], checkpoints }]);
    const all = checkpoints.map((checkpoint) => ({ ...checkpoint, runId: fence.runId }));
    expect(await checkpointsOf(store, fence.threadKey)).toEqual(all);
    for (const [i, point] of all.entries()) {
      const page = await store.threads.checkpoints(fence.threadKey, { limit: 2, after: point });
      expect(page).toEqual(all.slice(i + 1, i + 3));
      expect(await store.threads.checkpoint(fence.threadKey, point.checkpointId)).toEqual(point);
    }
    expect(await store.threads.checkpoint(fence.threadKey, "c9")).toBeNull();
    expect(await store.threads.checkpoint(thread(), "c0")).toBeNull();
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
    expect((await store.threads.delete(key))?.toSorted()).toEqual([run.runId, queued.runId].toSorted());
    expect(await store.threads.delete(key)).toBeNull();

    expect(await appended(store, fence, 2)).toBe(false);
    expect(await store.runs.finish(fence, endAt(fence, 2))).toBe("stale");
    expect(await store.runs.claim(queued)).toBeNull();
    expect(await takeBack(store, run)).toBeNull();
    expect(await store.images.put(key, PNG)).toBe(false);
    expect(await store.images.get(image.imageId)).toBeNull();
    expect(await store.images.get(PNG.imageId)).toBeNull();
    expect(await store.threads.get(key)).toBeNull();
    expect(await store.events.bounds(key)).toBeNull();
    expect(await messagesOf(store, key)).toEqual([]);
    expect(await checkpointsOf(store, key)).toEqual([]);
    expect(await store.runs.get("u1", run.runId)).toBeNull();
    expect(
      (await store.threads.list("u1", { limit: 1_000, after: null })).map(({ threadKey }) => threadKey),
    ).not.toContain(key);
  });

  test("a thread created under a deleted one's name continues its numbers and has nothing else of it", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    await appended(store, fence, 1, 2);
    await store.threads.delete(key);
    const anew = newRun(key, { now: 9_000 });
    expect(await started(store, anew)).toMatchObject({ lastSeq: 3 });
    expect(await store.threads.get(key)).toMatchObject({ title: anew.input.message, createdAt: 9_000, lastSeq: 3 });
    expect((await messagesOf(store, key)).map(({ seq }) => seq)).toEqual([4]);
    expect(await store.threads.activeRun(key)).toMatchObject({ runId: anew.runId });
    expect(await store.threads.delete(key)).toEqual([anew.runId]);
  });

  test("where nothing was interrupted there is nothing left to delete", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    await store.runs.finish(fence, endAt(fence, 1));
    await store.threads.delete(key);
    expect(await store.threads.erase()).toBe(false);
  });

  test("a run that begins while its thread is deleted is deleted with it, or continues its numbers", async () => {
    const { store, thread } = under;
    for (let round = 0; round < 10; round++) {
      const key = thread();
      const { fence } = await started(store, newRun(key));
      await appended(store, fence, 1, 2, 3);
      await store.runs.finish(fence, endAt(fence, 4));
      const next = newRun(key);
      const [, begun] = await Promise.all([store.threads.delete(key), store.runs.begin(next)]);
      const there = (await store.threads.get(key)) !== null;
      // A gap between the two, so a reader that has read the first to its end sees that the rest belongs to another
      // thread.
      expect(begun).toMatchObject({ state: "running", lastSeq: there ? 5 : 4 });
      expect((await store.runs.get("u1", next.runId)) !== null).toBe(there);
    }
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
      expect(await messagesOf(store, key)).toEqual([]);
      expect(await store.images.get(image.imageId)).toBeNull();
    }
  });
};
