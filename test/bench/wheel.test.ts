import { expect, test } from "bun:test";
import { Wheel } from "../../bench/wheel.ts";

test("callbacks run in the order of their time and never early", async () => {
  const start = performance.now();
  // Time stands still until all are added: overdue callbacks would run in the order of insertion.
  let now = () => start;
  const offsets = [40, 3, 17.5, 0, -5, 3];
  const due: { offset: number; at: number }[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const wheel = new Wheel<number>(
    (offset) => {
      due.push({ offset, at: performance.now() - start });
      if (due.length === offsets.length) resolve();
    },
    () => now(),
  );
  for (const offset of offsets) wheel.add(offset, start + offset);
  now = () => performance.now();
  await promise;
  expect(due.map(({ offset }) => Math.max(offset, 0))).toEqual([0, 0, 3, 3, 17.5, 40]);
  for (const { offset, at } of due) expect(at).toBeGreaterThanOrEqual(offset);
});

test("a callback may be added again while it runs, and an empty wheel starts again", async () => {
  const turns: number[] = [];
  let { promise, resolve } = Promise.withResolvers<void>();
  const wheel = new Wheel<number>((left) => {
    turns.push(left);
    if (left === 0) resolve();
    else wheel.add(left - 1, performance.now());
  });
  wheel.add(3, performance.now() + 2);
  await promise;
  ({ promise, resolve } = Promise.withResolvers<void>());
  wheel.add(1, performance.now() + 2);
  await promise;
  expect(turns).toEqual([3, 2, 1, 0, 1, 0]);
});
