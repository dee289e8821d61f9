import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Claimed, NewRun } from "../../src/store/log/contract.ts";
import { takeBack } from "../support/replicas.ts";
import { endAt, newRun } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const MAX_QUEUED = 2;
/** The next step in the thread; `pick` chooses among the queued runs. */
const step = fc.record({
  kind: fc.constantFrom("begin", "finish", "claim", "takeover" as const),
  pick: fc.nat(MAX_QUEUED),
});

export const storeKeepsTheQueue = (under: StoreUnderTest): void => {
  test("whatever happens to a thread's runs, it is never stuck: at most one runs, the others keep their turn", async () => {
    const { store, thread } = under;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const key = thread();
        const waiting: NewRun[] = [];
        let running: Claimed | null = null;
        let lastSeq = 0;
        for (const { kind, pick } of steps) {
          const chosen: NewRun | undefined = waiting[pick];
          if (kind === "begin") {
            const run = newRun(key, { maxQueued: MAX_QUEUED });
            const free = running === null && waiting.length === 0;
            const begun = await store.runs.begin(run);
            expect(begun.state).toBe(free ? "running" : waiting.length < MAX_QUEUED ? "queued" : "full");
            if (begun.state === "running") running = begun;
            if (begun.state === "queued") waiting.push(run);
          } else if (kind === "finish" && running !== null) {
            lastSeq += 1;
            const outcome = await store.runs.finish(running.fence, endAt(running.fence, lastSeq));
            expect(outcome).toBe(waiting.length > 0 ? "freed" : "ended");
            running = null;
          } else if (kind === "claim" && chosen !== undefined) {
            const claim = await store.runs.claim(chosen);
            expect(claim !== null).toBe(running === null && pick === 0);
            if (claim !== null) running = claim;
            if (claim !== null) waiting.splice(pick, 1);
          } else if (kind === "takeover" && chosen !== undefined) {
            const taken = await takeBack(store, chosen);
            expect(taken !== null).toBe(running === null);
            if (taken !== null) running = taken;
            if (taken !== null) waiting.splice(pick, 1);
          }
          if (running !== null) expect(running.lastSeq).toBe(lastSeq);
        }
        const active = await store.threads.activeRun(key);
        expect(active?.runId).toBe(running?.fence.runId ?? waiting[0]?.runId);
      }),
      { numRuns: 25 },
    );
  }, 30_000);
};
