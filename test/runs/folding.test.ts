import { expect, test } from "bun:test";
import type { ThreadKey } from "../../src/domain/thread.ts";
import { Folding } from "../../src/runs/folding.ts";
import type { RunKey } from "../../src/store/log/contract-packing.ts";
import { StoreError } from "../../src/store/store-error.ts";

const FOR_MS = 30 * 24 * 60 * 60_000;
/** Of every run that is folded. */
const EVENTS = 100;

/** A walk over five runs, two at a time. `fold` returns what the store does for a run; by default it is folded. */
const folding = (fold: (runId: string, attempt: number) => number | null = () => EVENTS) => {
  const runs = Array.from({ length: 5 }, (_, at): RunKey => ({ threadKey: `u:${at}` as ThreadKey, runId: `r${at}` }));
  const calls: string[] = [];
  const lines: string[] = [];
  let now = 0;
  const task = new Folding({
    store: {
      packing: {
        foldable: async (forMs, after) => {
          expect(forMs).toBe(FOR_MS);
          calls.push(`after ${after?.runId ?? "none"}`);
          const begin = after === null ? 0 : runs.findIndex(({ runId }) => runId === after.runId) + 1;
          const found = runs.slice(begin, begin + 2);
          return { runs: found, next: begin + 2 < runs.length ? (found.at(-1) ?? null) : null };
        },
        fold: async ({ runId }, forMs) => {
          expect(forMs).toBe(FOR_MS);
          calls.push(runId);
          now += 20;
          return fold(runId, calls.filter((call) => call === runId).length);
        },
      },
    },
    system: { now: () => now },
    logger: {
      folded: (count, events) => void lines.push(`${count} runs, ${events} events`),
      recurringFails: (name) => void lines.push(`${name} fails`),
      recurringWorks: (name) => void lines.push(`${name} works`),
    },
    eventsMs: FOR_MS,
  });
  return { task, calls, lines };
};

test("it walks over all runs, takes a tenth of the time while there are some to fold, and begins again", async () => {
  const { task, calls, lines } = folding();
  const pauses: number[] = [task.pauseMs];
  for (let tick = 0; tick < 4; tick++) {
    await task.tick();
    pauses.push(task.pauseMs);
  }
  expect(calls).toEqual(["after none", "r0", "r1", "after r1", "r2", "r3", "after r3", "r4", "after none", "r0", "r1"]);
  expect(lines).toEqual(["2 runs, 200 events", "2 runs, 200 events", "1 runs, 100 events", "2 runs, 200 events"]);
  expect(pauses).toEqual([1_000, 360, 360, 180, 360]);
});

test("where there is nothing to fold it looks again after ten minutes", async () => {
  const { task } = folding();
  const idle = new Folding({
    store: { packing: { foldable: async () => ({ runs: [], next: null }), fold: async () => 0 } },
    system: { now: () => 0 },
    logger: { folded: () => {}, recurringFails: () => {}, recurringWorks: () => {} },
    eventsMs: FOR_MS,
  });
  await idle.tick();
  expect(idle.pauseMs).toBe(600_000);
  expect(task.pauseMs).toBe(1_000);
});

test("a run that another replica keeps from being folded is tried again, and nothing behind it is passed over", async () => {
  const { task, calls, lines } = folding((runId, attempt) => (runId === "r1" && attempt === 1 ? null : EVENTS));
  for (let tick = 0; tick < 2; tick++) await task.tick();
  expect(calls).toEqual(["after none", "r0", "r1", "after r0", "r1", "r2"]);
  expect(lines).toEqual(["1 runs, 100 events", "2 runs, 200 events"]);
});

test("a run that cannot be folded holds nothing up, and is tried again by the next walk", async () => {
  const { task, calls, lines } = folding((runId, attempt) => {
    if (runId === "r2" && attempt === 1) throw new StoreError("unavailable", "away");
    return runId === "r3" ? 0 : EVENTS;
  });
  for (let tick = 0; tick < 4; tick++) await task.tick();
  expect(calls).toEqual([
    ...["after none", "r0", "r1", "after r1", "r2"],
    ...["after r2", "r3", "r4", "after none", "r0", "r1"],
  ]);
  expect(lines).toEqual([
    "2 runs, 200 events",
    "folding fails",
    "1 runs, 100 events",
    "folding works",
    "2 runs, 200 events",
  ]);
});
