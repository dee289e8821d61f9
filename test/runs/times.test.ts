import { beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { realSystem, type System } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { agentOf, harness, logOf, sharedStore } from "../support/harness.ts";
import { close, fenceOf, journalOver, note, token } from "../support/journal.ts";
import { memoryLog } from "../support/memory-log.ts";

let store: Store;
beforeAll(async () => {
  store = await sharedStore();
}, 30_000);

/** The offset of a clock in milliseconds, for each reading. */
const off = (by: () => number): System => ({ ...realSystem, now: () => realSystem.now() + by() });

const isInOrder = (times: readonly number[]) => times.every((at, i) => i === 0 || at >= (times[i - 1] ?? 0));

const wordAgent = agentOf(async function* () {
  yield token("one ");
  await new Promise(setImmediate);
  yield note();
  yield token("two");
  return {};
});

test("a log's times never go backwards, even if replicas with clocks 20 s apart take turns in it", async () => {
  const replicas = await Promise.all([20_000, -20_000, 0].map((ms) => harness({ store, system: off(() => ms) })));
  const threadId = realSystem.id();
  for (let turn = 0; turn < 6; turn++) {
    const { live, events } = (await replicas[turn % replicas.length]?.start(wordAgent, { threadId })) ?? {};
    await events;
    await live?.ended;
  }
  const log = await logOf(store, `u:${threadId}`);
  expect(log.filter(({ type }) => type === "done")).toHaveLength(6);
  expect(isInOrder(log.map(({ at }) => at))).toBe(true);
});

test("a log's times never go backwards when a replica's clock is changed in the middle of a run", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: -1e7, max: 1e7 }), { minLength: 1, maxLength: 30 }), async (jumps) => {
      let jump = 0;
      const log = memoryLog();
      const { journal } = journalOver(log.store, { system: { ...off(() => jump), sleep: realSystem.sleep } });
      const fence = fenceOf("u:t");
      const lastAt = realSystem.now();
      const writer = journal.open(fence, 0, () => {}, { lastAt });
      for (const [i, next] of jumps.entries()) {
        jump = next;
        if (i % 3 === 0) writer.checkpoint({ checkpointId: `${i}`, node: "n", change: "{}" });
        void writer.emit(i % 2 === 0 ? token("word ") : note(i), "n");
        if (i % 5 === 0) await new Promise(setImmediate);
      }
      await close(writer);
      const times = log.events(fence.threadKey).map(({ at }) => at);
      expect(isInOrder([lastAt, ...times])).toBe(true);
      expect(isInOrder([lastAt, ...log.checkpoints(fence.runId).map(({ at }) => at)])).toBe(true);
    }),
    { numRuns: 50 },
  ));
