import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { messagesOf } from "../support/messages-of.ts";
import { register, takeBack, takeLapsed } from "../support/replicas.ts";
import { CANCEL, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const fresh = () => `replica ${realSystem.id()}`;

export const storeKeepsLeases = (under: StoreUnderTest): void => {
  test("a request to cancel reaches the owner when it reads the runs that it holds, and may be repeated", async () => {
    const { store, thread } = under;
    const [key, owner] = [thread(), fresh()];
    const [running, queued] = [newRun(key, { owner }), newRun(key, { owner })];
    const { fence } = await started(store, running);
    await store.runs.begin(queued);
    for (const _ of [1, 2]) {
      expect(await store.runs.requestCancel("u1", running.runId, CANCEL)).toMatchObject({ status: "running" });
    }
    const held = await store.runs.held(owner);
    expect(held.runIds.toSorted()).toEqual([running.runId, queued.runId].toSorted());
    expect(held.cancelled).toEqual([running.runId]);
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await store.runs.requestCancel("u1", running.runId, CANCEL)).toMatchObject({ status: "succeeded" });
    expect(await store.runs.held(owner)).toEqual({ runIds: [queued.runId], cancelled: [] });
    expect(await store.runs.held(fresh())).toEqual({ runIds: [], cancelled: [] });
  });

  test("a run that is cancelled in the queue ends at once, frees its place and leaves nothing in the log", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key, { maxQueued: 1 }));
    const [waiting, next] = [newRun(key, { maxQueued: 1, message: "never mind" }), newRun(key, { maxQueued: 1 })];
    await store.runs.begin(waiting);
    expect((await store.runs.begin(next)).state).toBe("full");
    for (const _ of [1, 2]) {
      expect(await store.runs.requestCancel("u1", waiting.runId, CANCEL)).toMatchObject({
        ...{ status: "cancelled", error: CANCEL.error, startSeq: null, endedAt: CANCEL.now },
      });
    }
    expect((await store.runs.begin(next)).state).toBe("queued");
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await store.runs.claim(waiting)).toBeNull();
    expect(await store.runs.claim(next)).toMatchObject({ lastSeq: 1 });
    expect((await messagesOf(store, key)).map(({ content }) => content)).not.toContain("never mind");
  });

  test("another user's run is not found, neither to read nor to cancel it", async () => {
    const { store, thread } = under;
    const run = newRun(thread(), { owner: fresh() });
    await started(store, run);
    expect(await store.runs.get("u2", run.runId)).toBeNull();
    expect(await store.runs.requestCancel("u2", run.runId, CANCEL)).toBeNull();
    expect((await store.runs.held(run.owner)).cancelled).toEqual([]);
    expect(await store.runs.get("u1", "never was")).toBeNull();
  });

  test("an owner loses runs that another has taken or that are deleted, but not those that it has ended", async () => {
    const { store, thread } = under;
    const owner = fresh();
    const [taken, deleted, ended] = [
      newRun(thread(), { owner }),
      newRun(thread(), { owner }),
      newRun(thread(), { owner }),
    ];
    for (const run of [taken, deleted]) await started(store, run);
    const { fence } = await started(store, ended);
    await store.runs.finish(fence, endAt(fence, 1));
    await store.threads.delete(deleted.threadKey);
    await takeLapsed(store, fresh(), [taken.runId]);
    const held = newRun(thread(), { owner });
    await started(store, held);
    const lost = await store.runs.lost(owner, [taken.runId, deleted.runId, ended.runId, held.runId, "never was"]);
    expect(lost.toSorted()).toEqual([taken.runId, deleted.runId, "never was"].toSorted());
  });

  test("a claim that was committed and not acknowledged can be taken back", async () => {
    const { store, thread } = under;
    const [key, owner] = [thread(), fresh()];
    const queued = newRun(key, { owner, message: "asked once" });
    const { fence } = await started(store, newRun(key));
    await store.runs.begin(queued);
    expect(await store.runs.claim(queued)).toBeNull();
    await store.runs.finish(fence, endAt(fence, 1));
    const claimed = await store.runs.claim(queued);
    expect(claimed).toMatchObject({ fence: { epoch: 1 }, lastSeq: 1, cancelRequested: false });
    expect(await store.runs.claim(queued)).toBeNull();
    expect(await takeBack(store, queued)).toMatchObject({ fence: { epoch: 2 }, lastSeq: 1 });
    expect(await messagesOf(store, key)).toHaveLength(3);
  });

  test("the rows of replicas that are long gone are deleted, unless they have left runs behind", async () => {
    const { store, thread } = under;
    const [gone, indebted, alive] = [fresh(), fresh(), fresh()];
    for (const id of [gone, indebted]) await register(store, id, 1);
    await register(store, alive);
    const run = newRun(thread(), { owner: indebted });
    await started(store, run);
    expect(await store.replicas.sweep(600_000)).toBe(0);
    while ((await store.replicas.sweep(0)) === 0);
    expect(await store.replicas.sweep(0)).toBe(0);
    const { fence } = (await takeBack(store, run)) ?? {};
    if (fence === undefined) throw new Error("it is its own");
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await store.replicas.sweep(0)).toBe(1);
  });
};
