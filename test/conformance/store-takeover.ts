import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Claimed } from "../../src/store/log/contract.ts";
import { messagesOf } from "../support/messages-of.ts";
import { JUDGE_MS, register, renewed, take, takeBack, takeLapsed } from "../support/replicas.ts";
import { appended, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const idsOf = (taken: readonly Claimed[]) => taken.map(({ fence }) => fence.runId);
const fresh = () => `replica ${realSystem.id()}`;

export const storeTakesOver = (under: StoreUnderTest): void => {
  test("a run is an orphan once its replica's lease is over, or when the replica has left or never existed; the oldest is taken first", async () => {
    const { store, thread } = under;
    const [over, left, unknown, alive] = [fresh(), fresh(), fresh(), fresh()];
    await register(store, over, 1);
    for (const id of [left, alive]) await register(store, id);
    const runs = [unknown, over, left].map((owner, i) => newRun(thread(), { owner, now: i + 1 }));
    const healthy = newRun(thread(), { owner: alive, now: 1 });
    for (const run of [...runs, healthy]) await started(store, run);
    await store.replicas.leave(left);
    await store.replicas.leave(left);
    const expected = runs.map(({ runId }) => runId);
    const taken = idsOf(await takeLapsed(store, fresh(), expected, 1));
    expect(taken.filter((runId) => expected.includes(runId))).toEqual(expected);
    expect(taken).not.toContain(healthy.runId);
    expect(await store.runs.get("u1", healthy.runId)).toMatchObject({ status: "running", attempt: 1 });
  });

  test("a replica takes no run before it has seen the store for a whole lease, and a break restarts that time", async () => {
    const { store, thread } = under;
    const [taker, owner] = [fresh(), fresh()];
    const [first, second] = [newRun(thread(), { owner }), newRun(thread(), { owner })];
    await started(store, first);
    expect(await take(store, taker, "lapsed")).toEqual([]);
    const takes = async (since: number, { runId }: typeof first) => {
      while (!idsOf(await take(store, taker, "lapsed")).includes(runId)) await renewed(store, taker);
      expect(performance.now() - since).toBeGreaterThanOrEqual(JUDGE_MS);
    };
    const begun = performance.now();
    await renewed(store, taker);
    await takes(begun, first);
    await started(store, second);
    const broken = performance.now();
    await renewed(store, taker, JUDGE_MS, false);
    await takes(broken, second);
  });

  test("a replica that is late and renews its lease before its runs were taken keeps them", async () => {
    const { store, thread } = under;
    const [late, gone] = [fresh(), fresh()];
    await register(store, late, 1);
    const [current, orphan] = [newRun(thread(), { owner: late }), newRun(thread(), { owner: gone })];
    for (const run of [current, orphan]) await started(store, run);
    await register(store, late);
    expect(idsOf(await takeLapsed(store, fresh(), [orphan.runId]))).not.toContain(current.runId);
  });

  test("a taker's own runs are not orphans of others', and of its own it takes those that it names", async () => {
    const { store, thread } = under;
    const owner = fresh();
    const [named, other] = [newRun(thread(), { owner }), newRun(thread(), { owner })];
    const foreign = newRun(thread(), { owner: "somebody" });
    for (const run of [named, other, foreign]) await started(store, run);
    const taken = await take(store, owner, [named.runId, foreign.runId, "never was"]);
    expect(taken.map(({ fence }) => fence)).toEqual([{ threadKey: named.threadKey, runId: named.runId, epoch: 2 }]);
  });

  test("a process with exclusive use of the store takes every other owner's runs at once, and none of its own", async () => {
    const { store, thread } = under;
    const [me, alive] = [fresh(), fresh()];
    await register(store, alive);
    const [mine, others] = [newRun(thread(), { owner: me }), newRun(thread(), { owner: alive })];
    for (const run of [mine, others]) await started(store, run);
    const taken = idsOf(await take(store, me, "foreign"));
    expect(taken).toContain(others.runId);
    expect(taken).not.toContain(mine.runId);
  });

  test("the old owner of a taken run can write nothing more, and the new one goes on where the log ends", async () => {
    const { store, thread } = under;
    const run = newRun(thread(), { owner: fresh() });
    const { fence } = await started(store, run);
    await appended(store, fence, 1, 2, 3);
    const taken = (await takeLapsed(store, fresh(), [run.runId])).find((claim) => claim.fence.runId === run.runId);
    expect(taken).toEqual({
      ...{ state: "running", fence: { ...fence, epoch: 2 }, lastSeq: 3, lastAt: 1_767_225_600_123 },
      ...{ attempt: 2, takeovers: 1, reason: "takeover", startSeq: 0, cancelRequested: false, hasExpired: false },
    });
    expect(await appended(store, fence, 4)).toBe(false);
    expect(await store.runs.finish(fence, endAt(fence, 4))).toBe("stale");
    expect(await store.runs.finish({ ...fence, epoch: 2 }, endAt(fence, 4, { status: "failed" }))).toBe("ended");
    expect(await store.runs.get("u1", run.runId)).toMatchObject({ status: "failed", attempt: 2 });
    expect(await messagesOf(store, run.threadKey)).toHaveLength(2);
  });

  test("a takeover and an append at the same time leave no event that the new owner does not know of", async () => {
    const { store, thread } = under;
    for (let round = 0; round < 10; round++) {
      const run = newRun(thread());
      const { fence } = await started(store, run);
      const [wrote, first] = await Promise.all([appended(store, fence, 1, 2), takeBack(store, run)]);
      // Still locked by the append: taken over the next time.
      const taken = first ?? (await takeBack(store, run));
      expect(taken?.lastSeq).toBe(wrote ? 2 : 0);
      expect(await store.events.bounds(run.threadKey)).toEqual(wrote ? { first: 1, last: 2 } : null);
    }
  });

  test("of many replicas that take runs over at the same time exactly one gets each run", async () => {
    const { store, thread } = under;
    const owner = fresh();
    const runs = Array.from({ length: 20 }, () => newRun(thread(), { owner }));
    for (const run of runs) await started(store, run);
    const takers = await Promise.all(
      ["a", "b", "c", "d"].map(async (name) => {
        const taken: Claimed[] = [];
        while ((await store.runs.held(owner)).runIds.length > 0) {
          await renewed(store, `${owner} ${name}`);
          taken.push(...(await take(store, `${owner} ${name}`, "lapsed", 7)));
        }
        return idsOf(taken);
      }),
    );
    expect(takers.flat().toSorted()).toEqual(expect.arrayContaining(runs.map(({ runId }) => runId).toSorted()));
    expect(new Set(takers.flat()).size).toBe(takers.flat().length);
    for (const { runId } of runs) expect(await store.runs.get("u1", runId)).toMatchObject({ attempt: 2 });
  });

  test("a queued orphan waits for the running one, then is taken over, and the user's message stays", async () => {
    const { store, thread } = under;
    const key = thread();
    const [running, queued] = [newRun(key), newRun(key, { message: "left behind", owner: fresh() })];
    const { fence } = await started(store, running);
    await store.runs.begin(queued);
    expect(await takeBack(store, queued)).toBeNull();
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await takeBack(store, queued)).toMatchObject({
      fence: { threadKey: key, runId: queued.runId, epoch: 1 },
      lastSeq: 1,
    });
    expect((await messagesOf(store, key)).at(-1)).toMatchObject({ content: "left behind", seq: 2 });
    const taken = { threadKey: key, runId: queued.runId, epoch: 1 };
    expect(await store.runs.finish(taken, endAt(taken, 2, { status: "cancelled", message: null }))).toBe("ended");
    expect(await started(store, newRun(key))).toMatchObject({ lastSeq: 2 });
  });

  test("of a thread's orphans one is taken at a time: the running one, then those that waited, in their order", async () => {
    const { store, thread } = under;
    const owner = fresh();
    const [key, other] = [thread(), thread()];
    const runs = [newRun(key, { owner }), newRun(key, { owner }), newRun(key, { owner })];
    const alone = newRun(other, { owner });
    for (const run of [...runs, alone]) await store.runs.begin(run);
    const all = [...runs, alone].map(({ runId }) => runId);
    const order: string[] = [];
    while (order.length < all.length) {
      const taken = await take(store, owner, all);
      expect(new Set(taken.map(({ fence }) => fence.threadKey)).size).toBe(taken.length);
      for (const { fence, lastSeq } of taken) {
        order.push(fence.runId);
        await store.runs.finish(fence, endAt(fence, lastSeq + 1));
      }
    }
    expect(order.filter((runId) => runId !== alone.runId)).toEqual(runs.map(({ runId }) => runId));
    expect(await store.threads.activeRun(key)).toBeNull();
    expect((await started(store, newRun(key))).lastSeq).toBe(3);
  });

  test("a run that has ended is no orphan", async () => {
    const { store, thread } = under;
    const owner = fresh();
    const [ended, orphan] = [newRun(thread(), { owner }), newRun(thread(), { owner })];
    const { fence } = await started(store, ended);
    await started(store, orphan);
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await take(store, owner, [ended.runId])).toEqual([]);
    expect(idsOf(await takeLapsed(store, fresh(), [orphan.runId]))).not.toContain(ended.runId);
  });
};
