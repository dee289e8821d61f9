import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { realSystem } from "../../src/domain/system.ts";
import { CommitQueue, MAX_RUNS, MIN_OTHERS, type Urgency, type Waiting } from "../../src/journal/commit-queue.ts";
import { followed } from "../support/followed.ts";
import { close, fenceOf, journalOver, note, open } from "../support/journal.ts";
import { memoryLog } from "../support/memory-log.ts";

/** Writers that have something to commit. */
const writers = (count: number): readonly Waiting[] =>
  Array.from({ length: count }, (_, id) => Object.assign({ isMarked: false, hasPending: true }, { id }));

const queueOf = (progress: readonly Waiting[], now: number): CommitQueue<Waiting> => {
  const queue = new CommitQueue<Waiting>();
  for (const writer of progress) queue.add(writer, "progress", now);
  return queue;
};

describe("the queue for commits", () => {
  test("the progress of one run does not wait", () => {
    const progress = writers(1);
    const queue = queueOf(progress, 1_000);
    expect(queue.pauseAt(1_000, 0)).toBe(0);
    expect(queue.next(1_000)).toEqual(progress);
    expect(queue.isEmpty).toBeTrue();
  });

  test("progress waits a millisecond for each other run, in steps of 8 ms, and at most 100 ms", () => {
    for (const [count, wait] of [
      [6, 5],
      [40, 39],
      [200, 100],
    ] as const) {
      const progress = writers(count);
      const queue = queueOf(progress, 1_000);
      expect(queue.pauseAt(1_000, 0)).toBe(Math.min(8, wait));
      expect(queue.next(999 + wait)).toEqual([]);
      expect(queue.pauseAt(1_000 + wait, 0)).toBe(0);
      expect(queue.next(1_000 + wait)).toEqual(progress);
    }
  });

  test("progress that waits does not prolong the pause of text, and does not travel with it", () => {
    const [busy, ...progress] = writers(50);
    if (busy === undefined) throw new Error("there is no writer");
    const queue = queueOf(progress, 1_000);
    queue.add(busy, "more", 1_001);
    expect(queue.pauseAt(1_001, 0)).toBe(0);
    expect(queue.pauseAt(1_001, 3)).toBe(3);
    expect(queue.next(1_001)).toEqual([busy]);
    expect(queue.next(1_049)).toEqual(progress);
  });

  test("a run's progress travels with its first text", () => {
    const progress = writers(50);
    const [first] = progress;
    if (first === undefined) throw new Error("there is no writer");
    const queue = queueOf(progress, 1_000);
    queue.add(first, "first", 1_001);
    expect(queue.pauseAt(1_001, 8)).toBe(0);
    expect(queue.next(1_001)).toEqual([first]);
    expect(queue.next(1_049)).toEqual(progress.slice(1));
  });

  test("a clock that is set back does not make progress wait", () => {
    const progress = writers(50);
    const queue = queueOf(progress, 1_000_000);
    expect(queue.pauseAt(1_000, 0)).toBe(0);
    expect(queue.next(1_000)).toEqual(progress);
  });

  test("first text fills a commit, and leaves room for others even so", () => {
    const queue = new CommitQueue<Waiting>();
    const all = writers(1_200);
    const urgencyOf = (at: number): Urgency => (["first", "more", "progress"] as const)[at % 3] ?? "first";
    for (const [at, writer] of all.entries()) queue.add(writer, urgencyOf(at), 1_000);
    const kindsIn = (batch: readonly Waiting[]) =>
      ([0, 1, 2] as const).map((kind) => batch.filter((writer) => all.indexOf(writer) % 3 === kind).length);
    expect(kindsIn(queue.next(1_100))).toEqual([MAX_RUNS, MIN_OTHERS, MIN_OTHERS]);
    expect(kindsIn(queue.next(1_100))).toEqual([400 - MAX_RUNS, 2 * MAX_RUNS - 400, MIN_OTHERS]);
  });

  test("every writer is taken once for each time that it had something to commit", () => {
    const urgency = fc.constantFrom<Urgency>("first", "more", "progress");
    const step = fc.record({ at: fc.nat(19), urgency, takes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const all = writers(20);
        const queue = new CommitQueue<Waiting>();
        const waiting = new Set<Waiting>();
        const take = (now: number) => {
          const batch = queue.next(now);
          expect(new Set(batch).size).toBe(batch.length);
          for (const writer of batch) expect(waiting.delete(writer)).toBeTrue();
        };
        for (const { at, urgency, takes } of steps) {
          const writer = all[at];
          if (writer === undefined) continue;
          queue.add(writer, urgency, 1_000);
          waiting.add(writer);
          if (takes) take(1_000);
        }
        take(2_000);
        expect([...waiting]).toEqual([]);
        expect(queue.isEmpty).toBeTrue();
      }),
    );
  });

  test("the progress of many runs that begin together shares a commit, even if no text follows", async () => {
    const log = memoryLog();
    let now = 1_000;
    const { journal } = journalOver(log.store, { system: { ...realSystem, now: () => now } });
    const beginning = Array.from({ length: 50 }, (_, at) => open(journal, fenceOf(`u:${at}`)).writer);
    const reader = followed(journal, "u:49", 0, 60_000);
    for (const part of [beginning.slice(0, 25), beginning.slice(25)]) {
      for (const writer of part) void writer.emit(note(), "n");
      await new Promise(setImmediate);
    }
    expect(log.appends).toEqual([]);
    now += 49;
    await reader.next();
    expect(log.appends.map((batch) => batch.length)).toEqual([50]);
    reader.leave();
    await Promise.all(beginning.map(close));
  });
});
