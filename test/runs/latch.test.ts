import { expect, test } from "bun:test";
import { Latch } from "../../src/runs/latch.ts";

test("the promise of a latch resolves with its first value, whether it was asked for before or after", async () => {
  const latch = new Latch<number>();
  const before = latch.promise;
  expect(latch.promise).toBe(before);
  latch.set(1);
  latch.set(2);
  expect(await Promise.all([before, latch.promise])).toEqual([1, 1]);
});
