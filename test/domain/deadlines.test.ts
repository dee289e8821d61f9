import { expect, test } from "bun:test";
import { Deadlines } from "../../src/domain/deadlines.ts";
import { heldSleeps } from "../support/held-sleeps.ts";

const STEP_MS = 10;

/** Deadlines whose steps pass when the test says so. */
const held = () => {
  const steps = heldSleeps(STEP_MS);
  const pass = async (count: number): Promise<void> => {
    for (let passed = 0; passed < count; passed++) {
      steps.end();
      // The next sleep begins once the loop has run.
      await new Promise(setImmediate);
    }
  };
  return { deadlines: new Deadlines(steps.system, STEP_MS), pass };
};

test("a deadline passes after its time, at most one step late, and not once it was removed", async () => {
  const { deadlines, pass } = held();
  const passed: string[] = [];
  const removed = deadlines.add(20, () => passed.push("removed"));
  deadlines.add(50, () => passed.push("later"));
  deadlines.add(20, () => passed.push("first"));
  await pass(1);
  deadlines.remove(removed);
  await pass(1);
  expect(passed).toEqual([]);
  await pass(1);
  expect(passed).toEqual(["first"]);
  await pass(3);
  expect(passed).toEqual(["first", "later"]);
});

test("one timer serves all, and none when nothing is under way", async () => {
  const { system, end } = heldSleeps(STEP_MS);
  let sleeps = 0;
  const sleep: typeof system.sleep = (ms, signal) => {
    sleeps += 1;
    return system.sleep(ms, signal);
  };
  const deadlines = new Deadlines({ sleep }, STEP_MS);
  const all = Array.from({ length: 5 }, () => deadlines.add(100, () => {}));
  expect(sleeps).toBe(1);
  for (const deadline of all) deadlines.remove(deadline);
  end();
  await new Promise(setImmediate);
  expect(sleeps).toBe(1);
  deadlines.add(100, () => {});
  expect(sleeps).toBe(2);
});

test("work that is late is given up with the error of its deadline, and work in time returns its result", async () => {
  const { deadlines, pass } = held();
  const late = deadlines.meet(new Promise(() => {}), 20, () => new Error("too late"));
  const broken = deadlines.meet(new Promise(() => {}), 20, () => {
    throw new Error("no error to be had");
  });
  const inTime = deadlines.meet(Promise.resolve(1), 20, () => new Error("too late"));
  const settled = Promise.allSettled([late, broken, inTime]);
  await pass(3);
  expect(await settled).toMatchObject([
    { status: "rejected", reason: { message: "too late" } },
    { status: "rejected", reason: { message: "no error to be had" } },
    { status: "fulfilled", value: 1 },
  ]);
});
