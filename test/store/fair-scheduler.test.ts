import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
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

test("neither lane waits for the queue of the other", async () => {
  const turns = new FairScheduler(realSystem);
  const order: string[] = [];
  const calls = [1, 2, 3].map((n) => turns.enter("calls", async () => void order.push(`call ${n}`), isWanted));
  const log = [1, 2].map((n) => turns.enter("log", async () => void order.push(`append ${n}`), isWanted));
  await Promise.all([...calls, ...log]);
  expect(order).toEqual(["call 1", "append 1", "call 2", "append 2", "call 3"]);
});
