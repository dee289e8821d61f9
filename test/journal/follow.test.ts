import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RunError } from "../../src/domain/error.ts";
import type { LogEvent } from "../../src/domain/event.ts";
import { TAIL_CHARS } from "../../src/journal/channel.ts";
import { Follower } from "../../src/journal/follow.ts";
import { Hub } from "../../src/journal/hub.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { fastSystem } from "../support/fast-system.ts";
import { Followed, followed } from "../support/followed.ts";
import { closedGate } from "../support/gate.ts";
import { fenceOf, journalOver, open, token } from "../support/journal.ts";
import { memoryLog } from "../support/memory-log.ts";
import { tappedStore } from "../support/tapped-store.ts";

const KEY = "u:t";
/** With ten of these a tail starts to evict events. */
const BIG = JSON.stringify({ delta: "x".repeat(TAIL_CHARS / 5) });

/** A thread's log, its hub and their readers. */
const thread = () => {
  const hub = new Hub();
  const log: LogEvent[] = [];
  let reads = 0;
  const read = async (_key: string, after: number, limit: number) => {
    reads++;
    return log.slice(after, after + limit);
  };
  return {
    hub,
    log,
    reads: () => reads,
    /** Writes to the store; the returned function notifies the hub. */
    commit: (count: number, isBig = false) => {
      const events = Array.from(
        { length: count },
        (_, i): LogEvent => ({
          runId: "r",
          seq: log.length + 1 + i,
          type: "token",
          at: 1,
          json: isBig ? BIG : '{"delta":""}',
        }),
      );
      log.push(...events);
      return () => hub.get(KEY)?.publish(events);
    },
    reader: (cursor: number, quietMs = 60_000, source: typeof read = read) =>
      new Followed(new Follower({ hub, read: source, now: () => performance.now() }, KEY, cursor, quietMs)),
  };
};

/** The sequence numbers of a step's batch; empty once the generator has returned. */
const numbers = (batch: unknown) => (Array.isArray(batch) ? batch.map(({ seq }: LogEvent) => seq) : []);

describe("follow", () => {
  test("replays the stored events, then goes on live, with each event once", async () => {
    const { hub, commit, reader } = thread();
    commit(3);
    hub.open(KEY, 3);
    const events = reader(1);
    expect(numbers((await events.next()).value)).toEqual([2, 3]);
    const next = events.next();
    commit(2)();
    expect(numbers((await next).value)).toEqual([4, 5]);
  });

  test("a live reader does not query the store", async () => {
    const { hub, commit, reader, reads } = thread();
    hub.open(KEY, 0);
    const events = reader(0);
    for (let seq = 1; seq <= 10; seq++) {
      const next = events.next();
      commit(1)();
      expect(numbers((await next).value)).toEqual([seq]);
    }
    expect(reads()).toBe(0);
  });

  test("a reader that is further behind than the tail goes on from the store", async () => {
    const { hub, commit, reader, reads } = thread();
    hub.open(KEY, 0);
    for (let i = 0; i < 20; i++) commit(1, true)();
    const events = reader(0);
    const seen: number[] = [];
    while (seen.length < 20) seen.push(...numbers((await events.next()).value));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(reads()).toBeGreaterThan(0);
  });

  test("a page that was cut by size is not taken for the end of the log", async () => {
    const { log, commit, reader } = thread();
    commit(9, true);
    const events = reader(0, 60_000, async (_key, after) => log.slice(after, after + 6));
    const seen: number[] = [];
    while (seen.length < 9) seen.push(...numbers((await events.next()).value));
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("a reader at the end of this process's events goes on with those that another process has written", async () => {
    const { hub, log, commit, reader } = thread();
    const channel = hub.open(KEY, 0);
    const events = reader(0);
    const first = events.next();
    commit(2)();
    expect(numbers((await first).value)).toEqual([1, 2]);
    hub.close(KEY, channel);
    const next = events.next();
    commit(1);
    hub.get(KEY)?.advanceHead(log.length);
    expect(numbers((await next).value)).toEqual([3]);
  });

  test("readers that are dismissed receive the reason, later ones do not", async () => {
    const { store } = memoryLog();
    const { journal } = journalOver(store);
    const next = followed(journal, KEY, 0, 60_000).next();
    await new Promise(setImmediate);
    journal.dismiss(new RunError("interrupted", "Closing."));
    await expect(next).rejects.toMatchObject({ code: "interrupted" });
    expect((await followed(journal, KEY, 0, 20).next()).value).toEqual([]);
  });

  test("leaving ends it at once: during a wait, during a read of the store, and between two batches", async () => {
    const { hub, commit, reader } = thread();
    const channel = hub.open(KEY, 0);
    const waiting = reader(0);
    const next = waiting.next();
    await new Promise(setImmediate);
    waiting.leave();
    expect((await next).done).toBe(true);

    commit(1);
    hub.close(KEY, channel);
    const gate = closedGate();
    const reading = reader(0, 60_000, async () => {
      await gate.pass();
      return [];
    });
    const stuck = reading.next();
    await gate.reached(1);
    reading.leave();
    expect((await stuck).done).toBe(true);

    const events = reader(0);
    expect(numbers((await events.next()).value)).toEqual([1]);
    events.leave();
    expect((await events.next()).done).toBe(true);
  });

  test("each quiet interval yields an empty batch, and an event restarts the interval", async () => {
    const { hub, commit, reader } = thread();
    hub.open(KEY, 0);
    const events = reader(0, 20);
    expect((await events.next()).value).toEqual([]);
    expect((await events.next()).value).toEqual([]);
    const next = events.next();
    commit(1)();
    expect(numbers((await next).value)).toEqual([1]);
    const before = performance.now();
    expect((await events.next()).value).toEqual([]);
    expect(performance.now() - before).toBeGreaterThan(15);
  });

  test("nothing is left in memory once readers and writers are gone, in any way of leaving", async () => {
    const { hub, commit, reader } = thread();
    const [left, waiting, thrown] = [
      reader(0),
      reader(0),
      reader(0, 60_000, () => Promise.reject(new StoreError("failed", "no"))),
    ];
    await expect(thrown.next()).rejects.toThrow("no");
    commit(1);
    for (const events of [left, waiting]) await events.next();
    const channel = hub.open(KEY, 1);
    expect(hub.get(KEY)?.listeners.size).toBe(2);
    left.leave();
    const last = waiting.next();
    waiting.leave();
    await last;
    expect(hub.get(KEY)?.listeners.size).toBe(0);
    hub.close(KEY, channel);
    expect(hub.get(KEY)).toBeUndefined();
    expect(hub.remote()).toEqual([]);
  });

  test("threads that other processes write are polled only while they have readers", async () => {
    const memory = memoryLog();
    const { journal: here } = journalOver(memory.store);
    const { journal: there } = journalOver(memory.store);
    const events = followed(here, KEY, 0, 60_000);
    const next = events.next();
    const { writer } = open(there, fenceOf(KEY));
    void writer.emit(token("from afar"), "n");
    while (memory.events(KEY).length === 0) await new Promise(setImmediate);
    await here.tick();
    expect(numbers((await next).value)).toEqual([1]);
    const end = events.next();
    events.leave();
    await end;
    await here.tick(); // polls no thread
  });

  test("a reader waits for an unavailable store, up to the retry limit", async () => {
    const memory = memoryLog();
    const { store, taps } = tappedStore(memory.store);
    const { journal } = journalOver(store, { system: fastSystem(), storeWaitMs: 2_000 });
    let failures = 3;
    taps.read = (next, key, after, limit) => {
      if (failures-- > 0) return Promise.reject(new StoreError("unavailable", "away"));
      return next(key, after, limit);
    };
    const { journal: writing } = journalOver(memory.store);
    const { writer } = open(writing, fenceOf(KEY));
    void writer.emit(token("x"), "n");
    while (memory.events(KEY).length === 0) await new Promise(setImmediate);
    expect(numbers((await followed(journal, KEY, 0, 60_000).next()).value)).toEqual([1]);
    failures = Number.POSITIVE_INFINITY;
    const events = followed(journal, KEY, 0, 60_000);
    await expect(events.next()).rejects.toThrow(StoreError);
  });
});

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("commit" as const),
      count: fc.integer({ min: 1, max: 4 }),
      big: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("commit" as const), count: fc.constant(250), big: fc.constant(false) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("publish" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("read" as const), reader: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("poll" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const) }) },
);

test("register, replay, live: no event is lost or repeated in any interleaving of commits, reads and overflows", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 50 }),
      fc.array(fc.nat(6), { minLength: 3, maxLength: 3 }),
      async (actions, starts) => {
        const { hub, log, commit, reader } = thread();
        commit(3);
        let channel = hub.open(KEY, 3);
        // The actions let a reader go on; until then it holds its batch, like one with a slow socket.
        const readers = starts.map((start) => {
          const cursor = Math.min(start, 3);
          const seen: number[] = [];
          const events = reader(cursor);
          let pending: Promise<void> | undefined;
          const step = () => {
            pending ??= events.next().then(({ value }) => {
              seen.push(...numbers(value));
              pending = undefined;
            });
            return pending;
          };
          return { cursor, seen, step, leave: () => events.leave() };
        });
        // Committed but not announced yet, like an append whose result is on its way.
        let announce: (() => void) | undefined;
        for (const act of actions) {
          if (act.do === "commit") {
            announce?.();
            announce = commit(act.count, act.big);
          } else if (act.do === "publish") {
            announce?.();
            announce = undefined;
          } else if (act.do === "read") void readers[act.reader]?.step();
          else if (act.do === "turn") await new Promise(setImmediate);
          else if (act.do === "poll") hub.get(KEY)?.advanceHead(log.length);
          else {
            announce?.();
            announce = undefined;
            hub.close(KEY, channel);
            channel = hub.open(KEY, log.length);
          }
        }
        announce?.();
        commit(1)();
        for (const { cursor, seen, step } of readers) {
          while (seen.at(-1) !== log.length) await step();
          expect(seen).toEqual(log.slice(cursor).map(({ seq }) => seq));
        }
        for (const { leave } of readers) leave();
      },
    ),
    { numRuns: 300 },
  ));
