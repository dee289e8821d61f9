import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { Turns } from "../../src/store/drivers/turns.ts";

test("calls come one after another, in order, also behind one that fails", async () => {
  const turns = new Turns(realSystem);
  const said: string[] = [];
  const call = (name: string) =>
    turns.enter(async () => {
      said.push(`${name} begins`);
      await Promise.resolve();
      if (name === "b") throw new Error("b fails");
      said.push(`${name} ends`);
    });
  const outcomes = await Promise.allSettled(["a", "b", "c"].map(call));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(said).toEqual(["a begins", "a ends", "b begins", "c begins", "c ends"]);
});

test("calls that compute for long leave the event loop its turn in between", async () => {
  let now = 0;
  const turns = new Turns({ ...realSystem, now: () => now });
  let ticks = 0;
  let isOver = false;
  const tick = () => {
    ticks += 1;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  const compute = () =>
    turns.enter(async () => {
      now += 5;
    });
  await Promise.all(Array.from({ length: 100 }, compute));
  isOver = true;
  // 500 ms of computing, a breath at most every 10.
  expect(ticks).toBeGreaterThanOrEqual(40);
});
