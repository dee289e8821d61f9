import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { type ThreadKey, threadKey, userOf } from "../../src/domain/thread.ts";
import type { Decision, NewApproval, OpenApproval } from "../../src/store/approvals/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Claimed, Fence } from "../../src/store/log/contract.ts";
import type { TakenOver } from "../../src/store/log/contract-takeover.ts";
import { take } from "../support/replicas.ts";
import { CANCEL, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const HOUR = 3_600_000;
const rest = { timeoutMs: HOUR, rejection: "never mind" };

const call = (toolCallId: string, given: Partial<NewApproval> = {}): NewApproval => ({
  ...{ toolCallId, name: "pay", input: { to: "재고 🎉", amount: 5 }, schema: { type: "object" } },
  ...given,
});
const approve: Decision = { decision: "approve", input: null, message: null };
const reject: Decision = { decision: "reject", input: null, message: "too much" };

/** A thread of a user who has no other. */
const ownThread = (): ThreadKey => threadKey(realSystem.id(), "t");

/** A run that has asked about these calls. */
const asking = async (store: Store, key: ThreadKey, ...calls: readonly NewApproval[]): Promise<Claimed> => {
  const claimed = await started(store, newRun(key, { maxQueued: 2 }));
  expect(await store.approvals.request(claimed.fence, calls)).toBe(true);
  return claimed;
};

/** One that waits for them. */
const waiting = async (
  store: Store,
  key: ThreadKey,
  calls: readonly NewApproval[],
  timeoutMs = HOUR,
): Promise<Claimed> => {
  const claimed = await asking(store, key, ...calls);
  const ids = calls.map(({ toolCallId }) => toolCallId);
  expect(await store.approvals.wait(claimed.fence, ids, { ...rest, timeoutMs })).toBe("waiting");
  return claimed;
};

/** What was taken over, by run id: a call takes all that nobody has. */
const takenOver = new Map<string, TakenOver>();

/** Takes the run over, which nobody has. */
const taken = async (store: Store, { runId }: Fence): Promise<TakenOver> => {
  for (;;) {
    const found = takenOver.get(runId);
    if (found !== undefined) return found;
    for (const run of await take(store, "approvals", "lapsed")) takenOver.set(run.fence.runId, run);
  }
};

/** A run that its replica has given up. */
const releasedRun = async (store: Store, key: ThreadKey): Promise<Fence> => {
  const { fence } = await started(store, newRun(key));
  await store.runs.release("here", [fence], "handover");
  return fence;
};

const isWaiting = async (store: Store, { threadKey, runId }: Fence): Promise<boolean> =>
  (await store.runs.get(userOf(threadKey), runId))?.status === "waiting";

export const storeKeepsApprovals = (under: StoreUnderTest): void => {
  test("a call is stored once, as it was given, and never for a run whose fence is not valid", async () => {
    const { store, thread } = under;
    const calls = [call("b", { schema: null, input: null }), call("a")];
    const { fence } = await asking(store, thread(), ...calls);
    expect(await store.approvals.request(fence, calls)).toBe(true);
    expect(await store.approvals.ofRun(fence)).toEqual([
      { ...call("a"), decision: null },
      { ...call("b", { schema: null, input: null }), decision: null },
    ]);
    expect(await store.approvals.get(fence, "a")).toEqual({ ...call("a"), decision: null });
    expect(await store.approvals.get(fence, "c")).toBeNull();
    expect(await store.approvals.request({ ...fence, epoch: 0 }, [call("c")])).toBe(false);
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await store.approvals.request(fence, [call("c")])).toBe(false);
    expect(await store.approvals.get(fence, "c")).toBeNull();
  });

  test("a call that is asked about again keeps its decision, and forgets it with another input", async () => {
    const { store, thread } = under;
    const { fence } = await asking(store, thread(), call("a"));
    await store.approvals.decide({ run: fence, toolCallId: "a", decision: approve });
    await store.approvals.request(fence, [call("a")]);
    expect((await store.approvals.get(fence, "a"))?.decision).toEqual(approve);
    await store.approvals.request(fence, [call("a", { input: 6 })]);
    expect(await store.approvals.get(fence, "a")).toEqual({ ...call("a", { input: 6 }), decision: null });
  });

  test("a run that waits belongs to nobody, and goes on once the last of its calls is decided", async () => {
    const { store, thread } = under;
    const { fence, lastSeq } = await waiting(store, thread(), [call("a"), call("b")]);
    expect(await isWaiting(store, fence)).toBe(true);
    expect((await store.runs.held("here")).runIds).not.toContain(fence.runId);
    expect(await store.approvals.wait(fence, ["a"], rest)).toBe("stale");
    expect(await store.runs.finish(fence, endAt(fence, lastSeq + 1))).toBe("stale");
    await taken(store, await releasedRun(store, thread()));
    expect(takenOver.has(fence.runId)).toBe(false);
    const other = { input: { amount: 7, to: "b\u0000" }, message: "less" };
    const decisions = [approve, { ...approve, ...other }];
    const decide = (at: 0 | 1) =>
      store.approvals.decide({ run: fence, toolCallId: "ab"[at] ?? "", decision: decisions[at] ?? approve });
    expect(await decide(0)).toEqual({ state: "decided", status: "waiting", goesOn: false });
    expect(await decide(1)).toEqual({ state: "decided", status: "running", goesOn: true });
    // The same once more changes nothing.
    expect(await decide(1)).toEqual({ state: "decided", status: "running", goesOn: false });
    const again = await taken(store, fence);
    expect(again).toMatchObject({ attempt: 2, takeovers: 0, reason: "resumed", hasExpired: false, lastSeq });
    const [a, b] = await store.approvals.ofRun(fence);
    expect(a?.decision).toEqual(approve);
    expect(b?.decision).toMatchObject({ decision: "approve", input: { amount: 7 }, message: "less" });
    expect(await store.approvals.wait(fence, ["a"], rest)).toBe("stale");
    expect(await store.runs.finish(again.fence, endAt(again.fence, lastSeq + 1))).toBe("ended");
  });

  test("a run whose calls were decided while it was about to wait is released at once", async () => {
    const { store, thread } = under;
    const { fence } = await asking(store, thread(), call("a"));
    expect(await store.approvals.decide({ run: fence, toolCallId: "a", decision: reject })).toEqual({
      ...{ state: "decided", status: "running", goesOn: false },
    });
    expect(await store.approvals.wait(fence, ["a"], rest)).toBe("released");
    expect(await taken(store, fence)).toMatchObject({ reason: "resumed" });
  });

  test("a run that waits for no more of its calls forgets those", async () => {
    const { store, thread } = under;
    const { fence } = await asking(store, thread(), call("a"), call("b"), call("c"));
    await store.approvals.decide({ run: fence, toolCallId: "a", decision: approve });
    expect(await store.approvals.wait(fence, ["c"], rest)).toBe("waiting");
    expect((await store.approvals.ofRun(fence)).map(({ toolCallId }) => toolCallId)).toEqual(["a", "c"]);
    expect(await store.approvals.rejectAll(fence.threadKey, "")).toBe(true);
  });

  test("a run that was cancelled does not wait, and one that waits can be cancelled", async () => {
    const { store } = under;
    const keys = [ownThread(), ownThread()] as const;
    const { fence } = await asking(store, keys[0], call("a"));
    await store.runs.requestCancel(userOf(keys[0]), fence.runId, CANCEL);
    expect(await store.approvals.wait(fence, ["a"], rest)).toBe("released");
    expect(await taken(store, fence)).toMatchObject({ cancelRequested: true, hasExpired: false });
    const waits = await waiting(store, keys[1], [call("a")]);
    await store.runs.requestCancel(userOf(keys[1]), waits.fence.runId, CANCEL);
    expect(await taken(store, waits.fence)).toMatchObject({ cancelRequested: true, hasExpired: false });
  });

  test("the first decision counts: of concurrent ones one, and no other after it", async () => {
    const { store, thread } = under;
    const { fence } = await waiting(store, thread(), [call("a")]);
    const decisions = [approve, reject, { ...approve, input: 7 }, { ...reject, message: "why?" }];
    const all = await Promise.all(
      decisions.map((decision) => store.approvals.decide({ run: fence, toolCallId: "a", decision })),
    );
    expect(all.map(({ state }) => state).sort()).toEqual(["decided", "other", "other", "other"]);
    expect(all.filter(({ goesOn }) => goesOn)).toHaveLength(1);
    const first = decisions[all.findIndex(({ state }) => state === "decided")];
    expect((await store.approvals.get(fence, "a"))?.decision).toEqual(first as Decision);
    await taken(store, fence);
  });

  test("nothing is decided about a call that was never asked about, or of a run that is over", async () => {
    const { store, thread } = under;
    const { fence } = await asking(store, thread(), call("a"));
    const unknown = await store.approvals.decide({ run: fence, toolCallId: "b", decision: approve });
    expect(unknown).toEqual({ state: "unknown", status: "running", goesOn: false });
    await store.runs.finish(fence, endAt(fence, 1));
    const over = await store.approvals.decide({ run: fence, toolCallId: "a", decision: approve });
    expect(over).toEqual({ state: "over", status: "succeeded", goesOn: false });
    expect((await store.approvals.get(fence, "a"))?.decision ?? null).toBeNull();
  });

  test("a message behind a waiting run rejects its open calls, before it waits or afterwards", async () => {
    const { store, thread } = under;
    const keys = [thread(), thread()] as const;
    const early = await asking(store, keys[0], call("a"), call("b"));
    await store.approvals.decide({ run: early.fence, toolCallId: "a", decision: approve });
    expect((await store.runs.begin(newRun(keys[0]))).state).toBe("queued");
    expect(await store.approvals.wait(early.fence, ["b"], rest)).toBe("released");
    const late = await waiting(store, keys[1], [call("a"), call("b")]);
    await store.approvals.decide({ run: late.fence, toolCallId: "a", decision: approve });
    expect((await store.runs.begin(newRun(keys[1]))).state).toBe("queued");
    const [one, ...others] = (await store.approvals.blocking(1_000)).filter((key) => keys.includes(key));
    expect([one, others]).toEqual([keys[1], []]);
    expect(await store.approvals.rejectAll(keys[1], "never mind")).toBe(true);
    expect(await store.approvals.rejectAll(keys[1], "never mind")).toBe(false);
    expect(await store.approvals.blocking(1_000)).not.toContain(keys[1]);
    for (const { fence } of [early, late]) {
      const [a, b] = await store.approvals.ofRun(fence);
      expect([a?.decision, b?.decision]).toEqual([approve, { ...reject, message: "never mind" }]);
      await taken(store, fence);
    }
  });

  test("a user's open calls are listed, the oldest first, with the time at which their run gives up", async () => {
    const { store } = under;
    const user = realSystem.id();
    const keys = [threadKey(user, "1"), threadKey(user, "2"), threadKey(user, "3")] as const;
    const waits = await waiting(store, keys[0], [call("a")]);
    const asks = await asking(store, keys[1], call("b"), call("c"));
    await store.approvals.decide({ run: asks.fence, toolCallId: "c", decision: approve });
    const ended = await asking(store, keys[2], call("d"));
    await store.runs.finish(ended.fence, endAt(ended.fence, 1));
    const open = await store.approvals.open(user, 10);
    const { schema: _, ...shown } = call("a");
    const before = { ...shown, threadKey: keys[0], runId: waits.fence.runId };
    expect(open.map(({ toolCallId }) => toolCallId)).toEqual(["a", "b"]);
    expect(open[0]).toMatchObject(before);
    expect(open[0]?.expiresAt).toBeGreaterThanOrEqual((open[0] as OpenApproval).requestedAt + HOUR);
    expect(open[1]?.expiresAt).toBeNull();
    expect((await store.approvals.open(user, 1)).map(({ toolCallId }) => toolCallId)).toEqual(["a"]);
    expect(await store.approvals.open(realSystem.id(), 10)).toEqual([]);
    expect(await store.approvals.waiting(user, keys[1])).toBe(1);
    expect(await store.approvals.waiting(user, keys[0])).toBe(0);
    expect(await store.approvals.anyWaiting()).toBe(true);
    await store.approvals.rejectAll(keys[0], "");
    expect(await store.approvals.waiting(user, keys[1])).toBe(0);
  });

  test("runs that have waited for too long are released to end, no more than the limit at once", async () => {
    const { store, thread } = under;
    while ((await store.approvals.expire(1_000)) > 0);
    const late = [
      await waiting(store, thread(), [call("a")], 0),
      await waiting(store, thread(), [call("a")], -HOUR),
      await waiting(store, thread(), [call("a")], -1),
    ];
    const inTime = await waiting(store, thread(), [call("a")]);
    expect(await store.approvals.expire(2)).toBe(2);
    expect(await isWaiting(store, late[1]?.fence as Fence)).toBe(false);
    expect(await store.approvals.expire(2)).toBe(1);
    expect(await store.approvals.expire(2)).toBe(0);
    for (const { fence } of late)
      expect(await taken(store, fence)).toMatchObject({ cancelRequested: true, hasExpired: true });
    expect(await isWaiting(store, inTime.fence)).toBe(true);
    await store.approvals.rejectAll(inTime.fence.threadKey, "");
  });

  test("a sweep deletes the undecided calls of runs that have ended, no others, and no more than its limit", async () => {
    const { store, thread } = under;
    while ((await store.approvals.sweep(1_000)) > 0);
    const ended = await asking(store, thread(), call("a"), call("b"), call("c"));
    const goesOn = await asking(store, thread(), call("a"));
    const waits = await waiting(store, thread(), [call("a")]);
    await store.approvals.decide({ run: ended.fence, toolCallId: "b", decision: reject });
    await store.runs.finish(ended.fence, endAt(ended.fence, 1));
    expect(await store.approvals.sweep(1)).toBe(1);
    expect(await store.approvals.sweep(10)).toBe(1);
    expect(await store.approvals.sweep(10)).toBe(0);
    expect((await store.approvals.ofRun(ended.fence)).map(({ toolCallId }) => toolCallId)).toEqual(["b"]);
    for (const { fence } of [goesOn, waits]) expect(await store.approvals.ofRun(fence)).toHaveLength(1);
    await store.approvals.rejectAll(waits.fence.threadKey, "");
  });

  test("a thread's calls are deleted with it", async () => {
    const { store, thread } = under;
    const gone = await waiting(store, thread(), [call("a")]);
    const stays = await waiting(store, thread(), [call("a")]);
    await store.threads.delete(gone.fence.threadKey);
    const late = await store.approvals.decide({ run: gone.fence, toolCallId: "a", decision: approve });
    expect(late.goesOn).toBe(false);
    while (await store.threads.erase());
    expect(await store.approvals.ofRun(gone.fence)).toEqual([]);
    expect(await store.approvals.ofRun(stays.fence)).toHaveLength(1);
    await store.approvals.rejectAll(stays.fence.threadKey, "");
  });
};
