import { expect, test } from "bun:test";
import fc from "fast-check";
import { barLine, wordsLine } from "../src/reindex-progress.ts";

test("shows how much is done and about how much time is left", () => {
  expect(wordsLine({ done: 0, total: 3_400 }, 0)).toBe("0 of 3,400 chunks");
  expect(wordsLine({ done: 850, total: 3_400 }, 10_000)).toBe("850 of 3,400 chunks, 30 s left");
  expect(wordsLine({ done: 1, total: 3_400 }, 1_000)).toBe("1 of 3,400 chunks, 57 min left");
  expect(wordsLine({ done: 3_400, total: 3_400 }, 60_000)).toBe("3,400 of 3,400 chunks");
  expect(barLine({ done: 50, total: 100 }, 1_000)).toBe(
    `[${"=".repeat(15)}>${" ".repeat(14)}] 50 of 100 chunks, 1 s left`,
  );
});

test("the bar always has the same width", () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(1e9), (one, other, elapsed) => {
      const progress = { done: Math.min(one, other), total: Math.max(one, other) };
      expect(barLine(progress, elapsed).indexOf("]")).toBe(31);
    }),
  );
});
