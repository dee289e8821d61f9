import { expect, test } from "bun:test";
import fc from "fast-check";
import type { EventType, LogEvent } from "../../src/domain/event.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { fillsPage } from "../../src/store/page-bytes.ts";
import { packAll } from "../support/packing.ts";
import { endAt, endBehind, newRun, started, token } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

interface Piece {
  readonly type: EventType;
  readonly text: string;
  readonly times: number;
}

const JSON_OF: Partial<Record<EventType, (text: string) => string>> = {
  token: (delta) => JSON.stringify({ delta }),
  reasoning: (delta) => JSON.stringify({ delta }),
  custom: (name) => JSON.stringify({ name, data: null }),
};

const pieces = fc.array(
  fc.record<Piece>({
    type: fc.constantFrom<EventType>("token", "token", "reasoning", "custom"),
    text: fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("\u0000\uFFFD", "👩‍👩‍👧", "가".repeat(400), "b".repeat(30_000)),
    ),
    times: fc.constantFrom(1, 1, 2, 3, 40, 40, 290),
  }),
  { minLength: 1, maxLength: 6 },
);

/** Writes turns to a thread and returns its whole log. */
const written = async (store: Store, key: ThreadKey, turns: readonly (readonly Piece[])[]) => {
  const log: LogEvent[] = [];
  const runs: string[] = [];
  for (const turn of turns) {
    const { fence, lastSeq } = await started(store, newRun(key));
    let seq = lastSeq;
    const events = turn.flatMap(({ type, text, times }) =>
      Array.from({ length: times }, (_, at): LogEvent => {
        seq += 1;
        const json = JSON_OF[type]?.(at % 2 === 0 ? text : String(at)) ?? "null";
        // Some share a time.
        return { runId: fence.runId, seq, type, at: 1_767_225_600_000 + 7 * Math.floor(seq / 3), json };
      }),
    );
    const end = endAt(fence, seq + 1, { events: [...events, ...endAt(fence, seq + 1).events] });
    expect(await store.runs.finish(fence, end)).toBe("ended");
    log.push(...end.events);
    runs.push(fence.runId);
  }
  return { log, runs };
};

/** Everything that can be read of a log, page by page from several places. */
const readings = async (
  store: Store,
  key: ThreadKey,
  runs: readonly string[],
  cursors: readonly number[],
  limit: number,
) => {
  const pages: (readonly LogEvent[])[] = [];
  for (const cursor of cursors) pages.push(await store.events.read(key, cursor, limit));
  const [first = 0, last = 0] = [...cursors].sort((a, b) => a - b);
  const requested = runs.map((runId) => ({ threadKey: key, runId }));
  return {
    pages,
    bounds: await store.events.bounds(key),
    heads: await store.events.heads([key]),
    between: await store.events.between(key, first, last, ["token", "custom", "done"]),
    ofRun: await store.events.ofRun(key, runs[0] ?? "", ["reasoning", "done"]),
    ofRuns: await store.events.ofRuns(requested, ["token", "reasoning", "custom"]),
    whole: await whole(store, key, Math.max(limit, 40)),
  };
};

/** What follows each place, or the beginning of it. Null: the log does not reach the place. */
const newsOf = async (store: Store, key: ThreadKey, cursors: readonly number[]) => {
  const found: (readonly LogEvent[] | null)[] = [];
  for (const seq of cursors) {
    const { logs } = await store.events.news([{ threadKey: key, seq }]);
    const events = logs[0]?.events ?? [];
    found.push(events.length === 0 && logs.length > 0 ? null : events);
  }
  return found;
};

/** Reads all of a log, as a follower does. */
const whole = async (store: Store, key: ThreadKey, limit: number): Promise<readonly LogEvent[]> => {
  const read: LogEvent[] = [];
  for (;;) {
    const page = await store.events.read(key, read.at(-1)?.seq ?? 0, limit);
    expect(page.map(({ seq }) => seq)).toEqual(page.map((_, at) => (page[0]?.seq ?? 0) + at));
    read.push(...page);
    if (page.length < limit && !fillsPage(page.map(({ json }) => json))) return read;
  }
};

export const storePacksEvents = (under: StoreUnderTest): void => {
  test("every reading, from any place and in pages of any size, is the same before and after packing", async () => {
    const { store, thread } = under;
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(700), { minLength: 2, maxLength: 4 }),
        fc.constantFrom(1, 2, 7, 200, 2_000),
        async (turns, cursors, limit) => {
          const key = thread();
          const { log, runs } = await written(store, key, turns);
          const before = await readings(store, key, runs, cursors, limit);
          expect(before.whole).toEqual(log);
          const newsBefore = await newsOf(store, key, cursors);
          await packAll(store);
          expect(await readings(store, key, runs, cursors, limit)).toEqual(before);
          // Long events fill a page, and where they lie then decides how much of the rest is in it.
          for (const [at, news] of (await newsOf(store, key, cursors)).entries()) {
            const expected = newsBefore[at];
            const both = Math.min(news?.length ?? 0, expected?.length ?? 0);
            expect(news?.slice(0, both) ?? null).toEqual(expected?.slice(0, both) ?? null);
            expect(news?.length === 0).toBe(expected?.length === 0);
          }
          expect(await packAll(store)).toBe(0);
        },
      ),
      { numRuns: 10, endOnFailure: true },
    );
  }, 120_000);

  test("a run of many batches is packed from where the last one stopped", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    const end = endBehind(fence, 0, 6_000);
    await store.runs.finish(fence, end);
    let at = null;
    const batches: number[] = [];
    do {
      const done = await store.packing.pack(at);
      batches.push(done?.events ?? 0);
      at = done?.next ?? null;
    } while (at !== null);
    expect(batches.length).toBeGreaterThan(2);
    expect(batches.reduce((sum, events) => sum + events, 0)).toBe(6_001);
    expect(await whole(store, key, 200)).toEqual(end.events);
  }, 60_000);

  test("only runs that have ended are packed, and the next run of a thread goes on behind them", async () => {
    const { store, thread } = under;
    const key = thread();
    const first = await started(store, newRun(key));
    await store.runs.finish(first.fence, endBehind(first.fence, 0, 20));
    const second = await started(store, newRun(key));
    expect(second.lastSeq).toBe(21);
    const events = [22, 23, 24].map((seq) => token(second.fence, seq));
    await store.events.append([{ fence: second.fence, events, checkpoints: [] }]);
    expect(await packAll(store)).toBe(21);
    const more = [token(second.fence, 25)];
    expect((await store.events.append([{ fence: second.fence, events: more, checkpoints: [] }])).size).toBe(0);
    expect(await store.runs.finish(second.fence, endAt(second.fence, 26))).toBe("ended");
    expect(await packAll(store)).toBe(5);
    expect((await whole(store, key, 7)).map(({ seq }) => seq)).toEqual(Array.from({ length: 26 }, (_, at) => at + 1));
  });

  test("a thread that is packed is forked at any event, and deleted whole", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    const checkpoint = { checkpointId: "c", seq: 300, node: "n", change: "{}", at: 5 };
    await store.events.append([{ fence, events: [], checkpoints: [{ ...checkpoint, seq: 0 }] }]);
    const end = endBehind(fence, 0, 600);
    await store.runs.finish(fence, end);
    await packAll(store);
    for (const through of [1, 2, 255, 256, 257, 512, 513, 600]) {
      const [to, newRunId] = [thread(), crypto.randomUUID()];
      const cutEnd = endAt({ threadKey: to, runId: newRunId, epoch: 0 }, through + 1);
      const partial = { runId: fence.runId, newRunId, end: cutEnd };
      const fork = { from: key, to, checkpoint: { ...checkpoint, seq: 0 }, through, partial, now: 9 };
      expect(await store.threads.fork(fork)).toMatchObject({ lastSeq: through + 1 });
      const copied = [
        ...end.events.slice(0, through).map((event) => ({ ...event, runId: newRunId })),
        ...cutEnd.events,
      ];
      expect(await whole(store, to, 100)).toEqual(copied);
      expect(await store.events.bounds(to)).toEqual({ first: 1, last: through + 1 });
      await packAll(store);
      expect(await whole(store, to, 100)).toEqual(copied);
      await store.threads.delete(to);
      expect(await store.events.bounds(to)).toBeNull();
      expect(await store.events.read(to, 0, 10)).toEqual([]);
      expect(await store.events.between(to, 0, 1_000, ["token"])).toEqual([]);
    }
    expect(await whole(store, key, 100)).toEqual(end.events);
  }, 60_000);

  test("whoever reads, forks, deletes or goes on while threads are packed sees each event once", async () => {
    const { store, thread } = under;
    const keys = Array.from({ length: 6 }, thread);
    const logs = new Map<ThreadKey, LogEvent[]>();
    const checkpoint = { checkpointId: "c", seq: 0, node: "n", change: "{}", at: 5 };
    const say = async (key: ThreadKey) => {
      const { fence, lastSeq } = await started(store, newRun(key));
      const end = endBehind(fence, lastSeq, 700, { checkpoints: [{ ...checkpoint, seq: lastSeq }] });
      expect(await store.runs.finish(fence, end)).toBe("ended");
      logs.set(key, [...(logs.get(key) ?? []), ...end.events]);
    };
    const deleted = Array.from({ length: 4 }, thread);
    for (const key of [...keys, ...deleted]) await say(key);
    let isPacking = true;
    const packing = (async () => {
      while (isPacking) await store.packing.pack(null);
    })();
    const readers = keys.map(async (key) => {
      for (let round = 0; round < 4; round++) {
        const seen = await whole(store, key, 100);
        expect(seen.slice(0, 701)).toEqual(logs.get(key)?.slice(0, 701) ?? []);
      }
    });
    const forks = keys.map(async (key) => {
      const to = thread();
      const fork = { from: key, to, checkpoint, through: 701, partial: null, now: 9 };
      expect(await store.threads.fork(fork)).toMatchObject({ lastSeq: 701 });
      expect(await whole(store, to, 200)).toEqual(logs.get(key)?.slice(0, 701) ?? []);
    });
    const deletions = deleted.map((key) => store.threads.delete(key));
    const turns = keys.map(say);
    await Promise.all([...readers, ...forks, ...deletions, ...turns]);
    isPacking = false;
    await packing;
    await packAll(store);
    for (const key of keys) expect(await whole(store, key, 200)).toEqual(logs.get(key) ?? []);
    for (const key of deleted) {
      expect(await store.events.read(key, 0, 10)).toEqual([]);
      expect(await store.events.bounds(key)).toBeNull();
    }
  }, 120_000);
};
