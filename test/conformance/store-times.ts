import { expect, test } from "bun:test";
import type { Store } from "../../src/store/contract.ts";
import type { Fence } from "../../src/store/log/contract.ts";
import { takeBack } from "../support/replicas.ts";
import { endAt, newRun, started, token } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** The time on the clocks of the replicas that write a thread: the second one's is far behind. */
const AHEAD = 9_000;
const BEHIND = 1_000;

const appendAt = (store: Store, fence: Fence, seq: number, at: number) =>
  store.events.append([{ fence, events: [{ ...token(fence, seq), at }], checkpoints: [] }]);

const endedAt = (fence: Fence, seq: number, at: number) => {
  const end = endAt(fence, seq, { now: BEHIND });
  return { ...end, events: end.events.map((event) => ({ ...event, at })) };
};

export const storeKeepsTimesInOrder = (under: StoreUnderTest): void => {
  test("a run that begins, or whose turn comes, gets the time that the thread's log has reached", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence, lastAt } = await started(store, newRun(key, { now: AHEAD }));
    expect(lastAt).toBe(AHEAD);
    const waiting = newRun(key, { now: BEHIND });
    await store.runs.begin(waiting);
    await store.runs.finish(fence, endedAt(fence, 1, AHEAD + 7));
    const claimed = await store.runs.claim(waiting);
    if (claimed === null) throw new Error("its turn has come");
    expect(claimed.lastAt).toBe(AHEAD + 7);
    await store.runs.finish(claimed.fence, endedAt(claimed.fence, 2, AHEAD + 8));
    expect((await started(store, newRun(key, { now: BEHIND }))).lastAt).toBe(AHEAD + 8);
  });

  test("whoever takes a run over gets the time of its last event", async () => {
    const { store, thread } = under;
    const run = newRun(thread(), { now: BEHIND });
    const { fence } = await started(store, run);
    await appendAt(store, fence, 1, AHEAD);
    const taken = await takeBack(store, run);
    expect(taken).toMatchObject({ lastSeq: 1, lastAt: AHEAD });
  });

  test("a fork's own events, and what is written behind them, are dated no earlier than what they follow", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    const { fence } = await started(store, newRun(from, { now: BEHIND }));
    const checkpoint = { checkpointId: "c", seq: 1, node: "n", change: "{}", at: AHEAD };
    await store.events.append([{ fence, events: [{ ...token(fence, 1), at: AHEAD }], checkpoints: [checkpoint] }]);
    const newRunId = `${fence.runId} anew`;
    const end = endedAt({ ...fence, runId: newRunId }, 2, BEHIND);
    const partial = { runId: fence.runId, newRunId, end };
    await store.threads.fork({ from, to, checkpoint, through: 1, partial, now: BEHIND });
    expect((await store.events.read(to, 0, 10)).map(({ at }) => at)).toEqual([AHEAD, AHEAD]);
    expect((await started(store, newRun(to, { now: BEHIND }))).lastAt).toBe(AHEAD);
  });
};
