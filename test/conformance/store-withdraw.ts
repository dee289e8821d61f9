import { expect, test } from "bun:test";
import { messagesOf } from "../support/messages-of.ts";
import { takeBack } from "../support/replicas.ts";
import { appended, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** A run whose insert was given up leaves no trace. */
export const storeWithdrawsRuns = (under: StoreUnderTest): void => {
  test("a run that is withdrawn leaves no trace, nor does a thread that was made for it", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    await started(store, run);
    expect(await store.runs.withdraw(run)).toBe("withdrawn");
    expect(await store.runs.get("u1", run.runId)).toBeNull();
    expect(await store.threads.get(run.threadKey)).toBeNull();
    expect(await messagesOf(store, run.threadKey)).toEqual([]);
    expect(await store.runs.withdraw(run)).toBe("absent");
    // As if it had never been: the numbers start at the beginning.
    expect(await started(store, newRun(run.threadKey))).toMatchObject({ lastSeq: 0 });
  });

  test("a thread that continues is as it was, and the next turn has its place", async () => {
    const { store, thread } = under;
    const key = thread();
    const first = await started(store, newRun(key));
    await store.runs.finish(first.fence, endAt(first.fence, 1));
    const run = newRun(key, { message: "never asked" });
    await started(store, run);
    const waiting = newRun(key);
    await store.runs.begin(waiting);
    expect(await store.runs.withdraw(run)).toBe("withdrawn");
    expect((await messagesOf(store, key)).map(({ content }) => content)).toEqual(["What is 2 + 3?", "5"]);
    expect(await store.runs.claim(waiting)).toMatchObject({ lastSeq: 1 });
  });

  test("a queued run frees its place in the queue", async () => {
    const { store, thread } = under;
    const key = thread();
    await started(store, newRun(key, { maxQueued: 1 }));
    const waiting = newRun(key, { maxQueued: 1 });
    await store.runs.begin(waiting);
    expect((await store.runs.begin(newRun(key, { maxQueued: 1 }))).state).toBe("full");
    expect(await store.runs.withdraw(waiting)).toBe("withdrawn");
    expect((await store.runs.begin(newRun(key, { maxQueued: 1 }))).state).toBe("queued");
  });

  test("a name that a deleted thread had stays used: an event's id always names one event", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    await appended(store, fence, 1, 2);
    await store.threads.delete(key);
    const run = newRun(key);
    await started(store, run);
    expect(await store.runs.withdraw(run)).toBe("withdrawn");
    expect(await store.threads.get(key)).toBeNull();
    expect(await started(store, newRun(key))).toMatchObject({ lastSeq: 3 });
  });

  test("a run that has emitted something, has ended or is another owner's is not withdrawn", async () => {
    const { store, thread } = under;
    const [emitting, ended, others] = [newRun(thread()), newRun(thread()), newRun(thread(), { owner: "another" })];
    await appended(store, (await started(store, emitting)).fence, 1);
    const { fence } = await started(store, ended);
    await store.runs.finish(fence, endAt(fence, 1));
    await started(store, others);
    for (const run of [emitting, ended, { ...others, owner: "here" }]) {
      expect(await store.runs.withdraw(run)).toBe("absent");
      expect(await store.runs.get("u1", run.runId)).not.toBeNull();
    }
  });

  test("a run that a client has joined is not withdrawn, and its owner can take it back", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    const [fresh, queued] = [newRun(thread()), newRun(key)];
    await started(store, fresh);
    await store.runs.begin(queued);
    for (const run of [fresh, queued]) {
      expect(await store.runs.join("u1", run.runId)).toMatchObject({
        runId: run.runId,
        attempt: run === fresh ? 1 : 0,
      });
      expect(await store.runs.withdraw(run)).toBe("joined");
      expect(await store.runs.get("u1", run.runId)).not.toBeNull();
    }
    await store.runs.finish(fence, endAt(fence, 1));
    expect((await takeBack(store, fresh))?.fence.runId).toBe(fresh.runId);
    expect((await takeBack(store, queued))?.fence.runId).toBe(queued.runId);
  });

  test("a run is joined by its user alone, and one that was withdrawn by nobody", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    await started(store, run);
    expect(await store.runs.join("another", run.runId)).toBeNull();
    expect(await store.runs.withdraw(run)).toBe("withdrawn");
    expect(await store.runs.join("u1", run.runId)).toBeNull();
  });

  test("of a join and a withdrawal at the same time one wins, and both know which", async () => {
    const { store, thread } = under;
    for (let round = 0; round < 20; round++) {
      const run = newRun(thread());
      await started(store, run);
      const [joined, withdrawal] = await Promise.all([store.runs.join("u1", run.runId), store.runs.withdraw(run)]);
      expect(withdrawal).toBe(joined === null ? "withdrawn" : "joined");
    }
  });
};
