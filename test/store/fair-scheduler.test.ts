import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { FairScheduler } from "../../src/store/drivers/fair-scheduler.ts";

const wanted = () => true;

test("calls come one after another, in order, also behind one that fails", async () => {
  const turns = new FairScheduler(realSystem);
  const said: string[] = [];
  const call = (name: string) =>
    turns.enter(
      "calls",
      async () => {
        said.push(`${name} begins`);
        await Promise.resolve();
        if (name === "b") throw new Error("b fails");
        said.push(`${name} ends`);
      },
      wanted,
    );
  const outcomes = await Promise.allSettled(["a", "b", "c"].map(call));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(said).toEqual(["a begins", "a ends", "b begins", "c begins", "c ends"]);
});

test("a call that throws before it gives a promise fails alone", async () => {
  const turns = new FairScheduler(realSystem);
  const broken = turns.enter(
    "calls",
    () => {
      throw new Error("broken");
    },
    wanted,
  );
  await expect(broken).rejects.toThrow("broken");
  expect(await turns.enter("calls", async () => "served", wanted)).toBe("served");
});

test("calls that compute for long leave the event loop its turn in between", async () => {
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
      wanted,
    );
  await Promise.all(Array.from({ length: 100 }, compute));
  isOver = true;
  // 500 ms of computing, a breath at most every 10.
  expect(ticks).toBeGreaterThanOrEqual(40);
});

test("what nobody waits for any more when its turn comes is not done", async () => {
  const turns = new FairScheduler(realSystem);
  const done: string[] = [];
  let isLate = false;
  const first = turns.enter(
    "calls",
    async () => {
      isLate = true;
      done.push("first");
    },
    wanted,
  );
  void turns.enter(
    "calls",
    async () => void done.push("late"),
    () => !isLate,
  );
  const last = turns.enter("calls", async () => void done.push("last"), wanted);
  await Promise.all([first, last]);
  expect(done).toEqual(["first", "last"]);
});

test("neither lane waits for the other's queue", async () => {
  const turns = new FairScheduler(realSystem);
  const said: string[] = [];
  const calls = [1, 2, 3].map((n) => turns.enter("calls", async () => void said.push(`call ${n}`), wanted));
  const log = [1, 2].map((n) => turns.enter("log", async () => void said.push(`append ${n}`), wanted));
  await Promise.all([...calls, ...log]);
  expect(said).toEqual(["call 1", "append 1", "call 2", "append 2", "call 3"]);
});
