import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Lane } from "../../src/store/database.ts";
import { FairScheduler } from "../../src/store/drivers/fair-scheduler.ts";

const isWanted = () => true;

test("calls run one after another, in order, even after one that fails", async () => {
  const turns = new FairScheduler(realSystem);
  const order: string[] = [];
  const call = (name: string) =>
    turns.enter(
      "calls",
      async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        if (name === "b") throw new Error("b fails");
        order.push(`${name} ends`);
      },
      isWanted,
    );
  const outcomes = await Promise.allSettled(["a", "b", "c"].map(call));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(order).toEqual(["a begins", "a ends", "b begins", "c begins", "c ends"]);
});

test("a call that throws before it returns a promise fails alone", async () => {
  const turns = new FairScheduler(realSystem);
  const broken = turns.enter(
    "calls",
    () => {
      throw new Error("broken");
    },
    isWanted,
  );
  await expect(broken).rejects.toThrow("broken");
  expect(await turns.enter("calls", async () => "served", isWanted)).toBe("served");
});

test("between calls that compute for long the event loop has its turn", async () => {
  let now = 0;
  const turns = new FairScheduler({ ...realSystem, now: () => now });
  let ticks = 0;
  let isOver = false;
  const tick = () => {
    ticks += 1;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  const compute = () =>
    turns.enter(
      "calls",
      async () => {
        now += 5;
      },
      isWanted,
    );
  await Promise.all(Array.from({ length: 100 }, compute));
  isOver = true;
  // 500 ms of computing, with a pause at most every 10 ms.
  expect(ticks).toBeGreaterThanOrEqual(40);
});

test("a call whose caller no longer waits when its turn comes is skipped", async () => {
  const turns = new FairScheduler(realSystem);
  const done: string[] = [];
  let isLate = false;
  const first = turns.enter(
    "calls",
    async () => {
      isLate = true;
      done.push("first");
    },
    isWanted,
  );
  void turns.enter(
    "calls",
    async () => void done.push("late"),
    () => !isLate,
  );
  const last = turns.enter("calls", async () => void done.push("last"), isWanted);
  await Promise.all([first, last]);
  expect(done).toEqual(["first", "last"]);
});

test("no lane waits for another's queue, and the log waits for one call at most", async () => {
  const turns = new FairScheduler(realSystem);
  const order: string[] = [];
  const enter = (lane: Lane, count: number) =>
    Array.from({ length: count }, (_, at) =>
      turns.enter(lane, async () => void order.push(`${lane} ${at + 1}`), isWanted),
    );
  await Promise.all([
    ...enter("bulk", 3),
    ...enter("calls", 2),
    ...enter("runs", 1),
    ...enter("log", 3),
    ...enter("replicas", 1),
    ...enter("lease", 1),
  ]);
  expect(order).toEqual([
    "bulk 1",
    "lease 1",
    "replicas 1",
    "log 1",
    "runs 1",
    "log 2",
    "calls 1",
    "log 3",
    "bulk 2",
    "calls 2",
    "bulk 3",
  ]);
});
