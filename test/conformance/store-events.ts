import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import type { LogEvent } from "../../src/domain/event.ts";
import type { Fence } from "../../src/store/log/contract.ts";
import { fillsPage } from "../../src/store/page-bytes.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { takeBack } from "../support/replicas.ts";
import { appended, checkpointsOf, endAt, newRun, started, token } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

export const storeWritesEvents = (under: StoreUnderTest): void => {
  test("a batch writes for many runs and refuses only those whose fence does not hold", async () => {
    const { store, thread } = under;
    const held = await Promise.all(Array.from({ length: 5 }, () => started(store, newRun(thread()))));
    const batch = held.map(({ fence }, index) => ({
      fence: index === 3 ? { ...fence, epoch: 7 } : fence,
      events: [token(fence, 1), token(fence, 2)],
      checkpoints: index === 4 ? [{ checkpointId: "c", seq: 2, node: "n", change: "[1]", at: 5 }] : [],
    }));
    const stale = batch[3]?.fence;
    expect([...(await store.events.append(batch))]).toEqual([[stale?.runId ?? "", "stale"]]);
    for (const { fence, events, checkpoints } of batch) {
      const accepted = fence === stale ? [] : events;
      expect(await store.events.read(fence.threadKey, 0, 10)).toEqual([...accepted]);
      expect(await checkpointsOf(store, fence.threadKey)).toHaveLength(checkpoints.length);
    }
  });

  test("an empty batch has no effect, and an unknown run or thread is refused", async () => {
    const { store } = under;
    expect((await store.events.append([])).size).toBe(0);
    const fence = { threadKey: "u1:nowhere", runId: "nobody", epoch: 1 } as const;
    expect([...(await store.events.append([{ fence, events: [token(fence, 1)], checkpoints: [] }]))]).toEqual([
      ["nobody", "stale"],
    ]);
    expect(await store.events.bounds("u1:nowhere")).toBeNull();
  });

  test("a repeated append has no effect: an append of unknown outcome may be retried, alone or with more events", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const checkpoints = [{ checkpointId: "c", seq: 2, node: "n", change: "{}", at: 5 }];
    const events = [token(fence, 1), token(fence, 2)];
    await store.events.append([{ fence, events, checkpoints }]);
    expect((await store.events.append([{ fence, events: [...events, token(fence, 3)], checkpoints }])).size).toBe(0);
    expect(await store.events.bounds(fence.threadKey)).toEqual({ first: 1, last: 3 });
    expect(await checkpointsOf(store, fence.threadKey)).toHaveLength(1);
  });

  test("a run never overwrites another's event: it is refused, and the rest of the batch is stored", async () => {
    const { store, thread } = under;
    const [key, other] = [thread(), thread()];
    const first = await started(store, newRun(key));
    await appended(store, first.fence, 1);
    await store.runs.finish(first.fence, endAt(first.fence, 2));
    const [second, beside] = [await started(store, newRun(key)), await started(store, newRun(other))];
    const refused = await store.events.append([
      { fence: second.fence, events: [token(second.fence, 2), token(second.fence, 3)], checkpoints: [] },
      { fence: beside.fence, events: [token(beside.fence, 1)], checkpoints: [] },
    ]);
    expect([...refused]).toEqual([[second.fence.runId, "stale"]]);
    expect(await store.events.bounds(key)).toEqual({ first: 1, last: 2 });
    expect(await store.events.bounds(other)).toEqual({ first: 1, last: 1 });
  });

  test("numbers go on without a gap over all runs of a thread, and each run can be read alone", async () => {
    const { store, thread } = under;
    const key = thread();
    const ids: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const { fence, lastSeq } = await started(store, newRun(key));
      expect(lastSeq).toBe(turn * 3);
      await appended(store, fence, lastSeq + 1, lastSeq + 2);
      await store.runs.finish(fence, endAt(fence, lastSeq + 3));
      ids.push(fence.runId);
    }
    const all = await store.events.read(key, 0, 100);
    expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const ofSecond = await store.events.ofRun(key, ids[1] ?? "", ["token", "done"]);
    expect(ofSecond.map(({ seq, type }) => [seq, type])).toEqual([
      [4, "token"],
      [5, "token"],
      [6, "done"],
    ]);
    expect((await store.events.ofRun(key, ids[1] ?? "", ["done", "error"])).map(({ seq }) => seq)).toEqual([6]);
    expect(await store.events.ofRun(key, "never was", ["token"])).toEqual([]);
    const requested = [ids[2], "never was", ids[0]].map((runId = "") => ({ threadKey: key, runId }));
    const many = await store.events.ofRuns(requested, ["token"]);
    expect(many.map((events) => events.map(({ seq }) => seq))).toEqual([[7, 8], [], [1, 2]]);
    expect(many[0]?.[0]).toEqual(all[6] as LogEvent);
    expect(await store.events.ofRuns([], ["token"])).toEqual([]);
  });

  test("events are read page by page, and past the end there are none", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const seqs = Array.from({ length: 250 }, (_, index) => index + 1);
    await appended(store, fence, ...seqs);
    const read: LogEvent[] = [];
    for (let page = await store.events.read(fence.threadKey, 0, 100); page.length > 0; ) {
      read.push(...page);
      page = await store.events.read(fence.threadKey, read.length, 100);
    }
    expect(read).toEqual(seqs.map((seq) => token(fence, seq)));
    expect(await store.events.heads([fence.threadKey, "u1:unknown"])).toEqual(new Map([[fence.threadKey, 250]]));
    expect((await store.events.heads([])).size).toBe(0);
  });

  test("a page ends with the event that fills it, however well its texts are compressed, and none is lost", async () => {
    const { store, thread } = under;
    const alike = (chars: number) => "가나 ".repeat(chars / 3);
    const unlike = (chars: number) => randomBytes(chars / 2).toString("hex");
    const size = fc.constantFrom(0, 30, 3_000, 30_000, 300_000);
    const event = fc.record({ size, isAlike: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 30 }),
        async (made, limit) => {
          const { fence } = await started(store, newRun(thread()));
          const events = made.map(({ size, isAlike }, at) =>
            token(fence, at + 1, JSON.stringify({ delta: isAlike ? alike(size) : unlike(size) })),
          );
          await store.events.append([{ fence, events, checkpoints: [] }]);
          const read: LogEvent[] = [];
          for (;;) {
            const page = await store.events.read(fence.threadKey, read.length, limit);
            const texts = page.map(({ json }) => json);
            // Without its last event, a page has room left. A page that still has room is the last page.
            expect(fillsPage(texts.slice(0, -1))).toBe(false);
            read.push(...page);
            if (page.length < limit && !fillsPage(texts)) break;
          }
          expect(read).toEqual(events);
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  test("the news of many logs come in one call: what follows the known events, of those that have moved", async () => {
    const { store, thread } = under;
    const logs = await Promise.all(Array.from({ length: 4 }, () => started(store, newRun(thread()))));
    const [moved, still, fresh, empty] = logs.map(({ fence }) => fence) as [Fence, Fence, Fence, Fence];
    await appended(store, moved, 1, 2, 3);
    await appended(store, still, 1, 2);
    await appended(store, fresh, 1);
    const known = [
      { threadKey: moved.threadKey, seq: 1 },
      { threadKey: still.threadKey, seq: 2 },
      { threadKey: "u1:unknown", seq: 0 },
      { threadKey: fresh.threadKey, seq: 0 },
      { threadKey: empty.threadKey, seq: 0 },
      { threadKey: "u1:deleted", seq: 5 },
      { threadKey: still.threadKey, seq: 9 },
    ] as const;
    expect(await store.events.news(known)).toEqual({
      logs: [
        { place: 0, events: [token(moved, 2), token(moved, 3)] },
        { place: 3, events: [token(fresh, 1)] },
        // The log is gone, or ends before the event that was known.
        { place: 5, events: [] },
        { place: 6, events: [] },
      ],
      complete: known.length,
    });
    expect(await store.events.news([])).toEqual({ logs: [], complete: 0 });
  });

  test("news are bounded by log and in all, and none is lost to whoever asks until there are no more", async () => {
    const { store, thread } = under;
    const size = fc.constantFrom(0, 30, 3_000, 100_000, 300_000);
    const log = fc.oneof(
      { weight: 4, arbitrary: fc.array(size, { maxLength: 6 }) },
      { weight: 1, arbitrary: fc.array(fc.constant(10), { minLength: 60, maxLength: 130 }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(log, { minLength: 1, maxLength: 24 }), async (sizes) => {
        const runs = await Promise.all(sizes.map(() => started(store, newRun(thread()))));
        const written = runs.map(({ fence }, at) =>
          (sizes[at] ?? []).map((size, i) => token(fence, i + 1, JSON.stringify({ delta: "x".repeat(size) }))),
        );
        for (const [at, { fence }] of runs.entries()) {
          await store.events.append([{ fence, events: written[at] ?? [], checkpoints: [] }]);
        }
        const read = runs.map((): LogEvent[] => []);
        for (let due = runs.map((_, at) => at); due.length > 0; ) {
          const known = due.map(
            (at) => ({ threadKey: runs[at]?.fence.threadKey ?? "u:", seq: read[at]?.length ?? 0 }) as const,
          );
          const { logs, complete } = await store.events.news(known);
          const all = logs.flatMap(({ events }) => events);
          expect(all.length).toBeLessThanOrEqual(1_000);
          // Without its last event, a page has room left.
          expect(fillsPage(all.slice(0, -1).map(({ json }) => json))).toBe(false);
          const next = due.slice(complete);
          for (const { place, events } of logs) {
            const at = due[place] ?? 0;
            expect(events.length).toBeLessThanOrEqual(64);
            read[at]?.push(...events);
            if (events.length === 64 && place < complete) next.push(at);
          }
          due = next;
        }
        expect(read).toEqual(written);
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  test("of two processes that write to one thread at once, the one that holds the run succeeds, with whole batches only", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    const { fence } = await started(store, run);
    const taken = await takeBack(store, run);
    const current = taken?.fence ?? fence;
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0 ? appended(store, fence, index + 1) : appended(store, current, index, index + 1),
      ),
    );
    expect(results).toEqual(results.map((_, index) => index % 2 === 1));
    expect((await store.events.read(fence.threadKey, 0, 100)).map(({ seq }) => seq)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  test("an event that the database cannot store is refused with a clear error, and the next call works", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    for (const json of ['{"delta":"\0"}', "{", '{"delta":"\x1e"}']) {
      const refused = await store.events
        .append([{ fence, events: [token(fence, 1, json)], checkpoints: [] }])
        .catch((error) => error);
      expect(refused).toBeInstanceOf(StoreError);
      expect(refused).toMatchObject({ code: "failed", message: expect.stringMatching(/^events\.append: /) });
    }
    expect(await appended(store, fence, 1)).toBe(true);
  });
};
