import { expect, test } from "bun:test";
import { CommitPacing } from "../../src/journal/commit-pacing.ts";

test("commits do not pause for a slow stream, and at most 8 ms in a busy process", () => {
  const pauseAt = (eventsAMs: number) => {
    const pace = new CommitPacing();
    let pause = 0;
    for (let now = 1000; now < 2000; now += 10) pause = pace.after(eventsAMs * 10, now);
    return pause;
  };
  expect([0.01, 0.1].map(pauseAt)).toEqual([0, 0]);
  expect(pauseAt(0.5)).toBeWithin(1, 8);
  expect([2, 20, 1000].map(pauseAt)).toEqual([8, 8, 8]);
});
