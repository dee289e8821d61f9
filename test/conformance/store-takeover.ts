import { expect, test } from "bun:test";
import { appended, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const MANY = 10_000;

export const storeTakesOver = (under: StoreUnderTest): void => {
  const orphaned = async (now: number, deadOwners: readonly string[], runIds: readonly string[]) =>
    (await under.store.runs.orphans(now, deadOwners, MANY))
      .map(({ runId }) => runId)
      .filter((id) => runIds.includes(id));

  test("a run is an orphan once its lease has passed or its owner is dead, the oldest first", async () => {
    const { store, thread } = under;
    const [later, first] = [newRun(thread(), { now: 1_001, owner: "other" }), newRun(thread())];
    await started(store, later);
    await started(store, first);
    const both = [later.runId, first.runId];
    expect(await orphaned(1_500, [], both)).toEqual([]);
    expect(await orphaned(1_500, ["other"], both)).toEqual([later.runId]);
    expect(await orphaned(2_500, [], both)).toEqual([first.runId, later.runId]);
    expect(await store.runs.orphans(2_500, [], 1)).toHaveLength(1);
    expect(await store.runs.owners()).toEqual(expect.arrayContaining(["here", "other"]));
  });

  test("a renewal keeps a run from being taken, and a current lease is respected", async () => {
    const { store, thread } = under;
    const run = newRun(thread(), { owner: "alive" });
    await started(store, run);
    expect(await store.runs.takeover({ ...run, owner: "other", now: 1_900 }, ["somebody else"])).toBeNull();
    await store.runs.renew("alive", [run.runId], 1_000, 1_900);
    expect(await orphaned(2_500, [], [run.runId])).toEqual([]);
    expect(await store.runs.takeover({ ...run, owner: "other", now: 2_500 }, [])).toBeNull();
    expect(await store.runs.takeover({ ...run, owner: "other", now: 3_000 }, [])).not.toBeNull();
  });

  test("the old owner of a taken run cannot write another word, and the new one goes on where the log ends", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    const { fence } = await started(store, run);
    await appended(store, fence, 1, 2, 3);
    const taken = await store.runs.takeover({ ...run, owner: "other" }, ["here"]);
    expect(taken).toEqual({ state: "running", fence: { ...fence, epoch: 2 }, lastSeq: 3, lastAt: 1_767_225_600_123 });
    expect(await appended(store, fence, 4)).toBe(false);
    expect(await store.runs.finish(fence, endAt(fence, 4))).toBe("stale");
    expect(await store.runs.finish({ ...fence, epoch: 2 }, endAt(fence, 4, { status: "failed" }))).toBe("ended");
    expect(await store.runs.get("u1", run.runId)).toMatchObject({ status: "failed", attempt: 2 });
    expect(await store.threads.messages(run.threadKey)).toHaveLength(2);
  });

  test("a takeover and an append at the same time leave no event that the new owner does not know of", async () => {
    const { store, thread } = under;
    for (let round = 0; round < 10; round++) {
      const run = newRun(thread());
      const { fence } = await started(store, run);
      const [wrote, taken] = await Promise.all([
        appended(store, fence, 1, 2),
        store.runs.takeover({ ...run, owner: "other" }, ["here"]),
      ]);
      expect(taken?.lastSeq).toBe(wrote ? 2 : 0);
      expect(await store.events.bounds(run.threadKey)).toEqual(wrote ? { first: 1, last: 2 } : null);
    }
  });

  test("of many who take a run over exactly one gets it", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    await started(store, run);
    const takers = ["a", "b", "c", "d"];
    const taken = await Promise.all(takers.map((owner) => store.runs.takeover({ ...run, owner }, ["here"])));
    expect(taken.filter((claim) => claim !== null)).toHaveLength(1);
  });

  test("a queued orphan waits for the running one, then is taken over with the user's message kept", async () => {
    const { store, thread } = under;
    const key = thread();
    const [running, queued] = [newRun(key), newRun(key, { message: "left behind", owner: "gone" })];
    const { fence } = await started(store, running);
    await store.runs.begin(queued);
    const take = { ...queued, owner: "other", messageId: "kept" };
    expect(await store.runs.takeover(take, ["gone"])).toBeNull();
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await store.runs.takeover(take, ["gone"])).toEqual({
      state: "running",
      fence: { threadKey: key, runId: queued.runId, epoch: 1 },
      lastSeq: 1,
      lastAt: 1_767_225_600_999,
    });
    expect((await store.threads.messages(key)).at(-1)).toMatchObject({ id: "kept", content: "left behind", seq: 2 });
    const taken = { threadKey: key, runId: queued.runId, epoch: 1 };
    expect(await store.runs.finish(taken, endAt(taken, 2, { status: "cancelled", message: null }))).toBe("ended");
    expect(await started(store, newRun(key))).toMatchObject({ lastSeq: 2 });
  });

  test("a run that has ended is no orphan and cannot be taken over", async () => {
    const { store, thread } = under;
    const run = newRun(thread(), { owner: "gone" });
    const { fence } = await started(store, run);
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await orphaned(9_000, ["gone"], [run.runId])).toEqual([]);
    expect(await store.runs.takeover({ ...run, owner: "other" }, ["gone"])).toBeNull();
  });
};
