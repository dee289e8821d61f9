import { describe, expect, test } from "bun:test";
import { RunError } from "../../src/domain/error.ts";
import type { LogEvent } from "../../src/domain/event.ts";
import { realSystem } from "../../src/domain/system.ts";
import { MAX_RUNS, MIN_OTHERS } from "../../src/journal/commit-queue.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { followed } from "../support/followed.ts";
import { closedGate } from "../support/gate.ts";
import { close, fenceOf, journalOver, note, open, token } from "../support/journal.ts";
import { memoryLog } from "../support/memory-log.ts";
import { tappedStore } from "../support/tapped-store.ts";

const gated = () => {
  const log = memoryLog();
  const gate = closedGate();
  const { store, taps } = tappedStore(log.store);
  taps.append = async (next, batch) => {
    await gate.pass();
    return next(batch);
  };
  return { log, gate, store, taps, ...journalOver(store) };
};

/** Reads a thread until `count` events have arrived. */
const reading = (journal: ReturnType<typeof journalOver>["journal"], key: `${string}:${string}`) => {
  const seen: LogEvent[] = [];
  const batches = followed(journal, key, 0, 60_000);
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  void (async () => {
    for await (const batch of batches) {
      seen.push(...batch);
      for (const { count, resolve } of waiting) if (seen.length >= count) resolve();
    }
  })();
  return {
    seen,
    leave: () => batches.leave(),
    until: (count: number) =>
      seen.length >= count ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ count, resolve })),
  };
};

describe("group commit", () => {
  test("a reader receives an event once the store has it, not before", async () => {
    const { journal, gate, log } = gated();
    const { writer } = open(journal, fenceOf("u:t"));
    const reader = reading(journal, "u:t");
    void writer.emit(token("hello"), "n");
    await gate.reached(1);
    await new Promise(setImmediate); // lets everything run that does not wait for the store
    expect(reader.seen).toEqual([]);
    expect(log.events("u:t")).toEqual([]);
    gate.open();
    await reader.until(1);
    expect(reader.seen).toEqual([...log.events("u:t")]);
    reader.leave();
  });

  test("events that all runs emit during a commit go into the next one", async () => {
    const { journal, gate, log } = gated();
    const writers = ["a", "b", "c"].map((name) => open(journal, fenceOf(`u:${name}`)).writer);
    void writers[0]?.emit(token("first"), "n");
    await gate.reached(1);
    for (const writer of writers) void writer.emit(token("second"), "n");
    for (const writer of writers) void writer.emit(note(), "n");
    gate.open();
    await gate.reached(2);
    await Promise.all(writers.map(close));
    expect(log.appends.map((batch) => batch.map(({ events }) => events.length))).toEqual([[1], [2, 2, 2]]);
  });

  test("an idle process commits at once, with everything that a node emits in one tick", async () => {
    const { journal, gate, log } = gated();
    gate.open();
    const { writer } = open(journal, fenceOf("u:t"));
    void writer.emit(token("a"), "n");
    void writer.emit(note(), "n");
    void writer.emit(token("b"), "n");
    await gate.reached(1);
    await close(writer);
    expect(log.appends.map((batch) => batch[0]?.events.map(({ type }) => type))).toEqual([
      ["token", "node_result", "token"],
    ]);
  });

  test("a busy process pauses between commits, but not while a run's first token waits", async () => {
    const { log, gate, store } = gated();
    let now = 1_000;
    const resting = Promise.withResolvers<void>();
    const sleep = () => {
      resting.resolve();
      return new Promise<void>(() => {});
    };
    const { journal } = journalOver(store, { system: { ...realSystem, now: () => now, sleep } });
    const writers = Array.from({ length: 100 }, (_, at) => open(journal, fenceOf(`u:${at}`)).writer);
    for (const writer of writers) void writer.emit(token("first"), "n");
    await gate.reached(1);
    for (const writer of writers) void writer.emit(token("second"), "n");
    now++;
    gate.open();
    await resting.promise;
    void writers[0]?.emit(token("third"), "n");
    await new Promise(setImmediate);
    expect(log.appends.map((batch) => batch.length)).toEqual([100, 100]);
    void open(journal, fenceOf("u:new")).writer.emit(token("hello"), "n");
    await gate.reached(3);
    await new Promise(setImmediate);
    expect(log.appends.map((batch) => batch.length)).toEqual([100, 100, 2]);
  });

  test("first tokens go before the waiting events of other runs, in the order in which they were emitted", async () => {
    const { journal, gate, log } = gated();
    const [last, ...others] = Array.from(
      { length: MAX_RUNS + 10 },
      (_, at) => open(journal, fenceOf(`u:${at}`)).writer,
    );
    if (last === undefined) throw new Error("there is no writer");
    void last.emit(note(), "n");
    await gate.reached(1);
    for (const writer of others) void writer.emit(token("one"), "n");
    gate.open();
    await gate.reached(2);
    for (const writer of others) void writer.emit(token("two"), "n");
    void last.emit(token("hello"), "n");
    await gate.reached(4);
    await Promise.all([...others, last].map(close));
    const keys = log.appends.map((batch) => batch.map(({ fence }) => fence.threadKey));
    const names = others.map((writer) => writer.fence.threadKey);
    expect(keys.slice(0, 2)).toEqual([["u:0"], names.slice(0, MAX_RUNS)]);
    // Those whose first token waited since before, then the last one's, then the second tokens.
    const first = others.length - MAX_RUNS;
    expect(keys[2]).toEqual([...names.slice(MAX_RUNS), "u:0", ...names.slice(0, MAX_RUNS - first - 1)]);
  });

  test("with any number of runs and events, a commit takes its share and leaves none out", async () => {
    const { journal, gate, log } = gated();
    const writers = Array.from({ length: 3 * MAX_RUNS }, (_, at) => open(journal, fenceOf(`u:${at}`)).writer);
    const inOrder = () => [...writers].reverse();
    for (const writer of writers) void writer.emit(token("one"), "n");
    await gate.reached(1);
    for (const writer of inOrder()) void writer.emit(note(), "n");
    for (const writer of writers) void writer.emit(token("two"), "n");
    gate.open();
    await gate.reached(4);
    for (const writer of writers.slice(0, 7)) void writer.emit(token("three"), "n");
    await Promise.all(writers.map(close));
    for (const batch of log.appends) expect(batch.length).toBeLessThanOrEqual(MAX_RUNS + 2 * MIN_OTHERS);
    for (const [at, { fence }] of writers.entries()) {
      const logged = log.events(fence.threadKey).map(({ type, seq }) => `${seq} ${type}`);
      const third = at < 7 ? ["4 token"] : [];
      const end = 4 + third.length;
      expect(logged).toEqual([
        "1 token",
        "2 node_result",
        "3 token",
        ...third,
        `${end} credit_settled`,
        `${end + 1} done`,
      ]);
    }
  });

  test("a run's end waits for the commit under way and includes the waiting events", async () => {
    const { journal, gate, log } = gated();
    const { writer } = open(journal, fenceOf("u:t"));
    void writer.emit(token("one "), "n");
    await gate.reached(1);
    void writer.emit(token("two"), "n");
    const ended = close(writer);
    gate.open();
    expect(await ended).toBe("persisted");
    expect(log.events("u:t").map(({ type, seq }) => [seq, type])).toEqual([
      [1, "token"],
      [2, "token"],
      [3, "credit_settled"],
      [4, "done"],
    ]);
    expect(log.end("run of u:t")?.message?.content).toBe("one two");
  });

  test("a closed run accepts no more events, and closing twice has no effect", async () => {
    const { journal, gate, log, calls } = gated();
    gate.open();
    const { writer } = open(journal, fenceOf("u:t"));
    void writer.emit(token("answer"), "n");
    const [first, second] = [close(writer), close(writer)];
    expect(writer.emit(token(" more"), "n")).toBeUndefined();
    writer.checkpoint({ checkpointId: "c", node: "n", change: "{}" });
    expect([await first, await second]).toEqual(["persisted", "persisted"]);
    expect(await close(writer)).toBe("persisted");
    expect(log.events("u:t").map(({ type }) => type)).toEqual(["token", "credit_settled", "done"]);
    expect(log.end("run of u:t")?.message?.content).toBe("answer");
    expect(calls.ignored).toEqual(["run of u:t token", "run of u:t checkpoint"]);
  });

  test("a run whose fence is stale is notified once and writes nothing more", async () => {
    const { journal, gate, log } = gated();
    gate.open();
    const { writer, broken } = open(journal, fenceOf("u:t"));
    void writer.emit(token("mine"), "n");
    const reader = reading(journal, "u:t");
    await reader.until(1);
    log.steal("run of u:t");
    for (const attempt of [2, 3]) {
      void writer.emit(note(), "n");
      await gate.reached(attempt);
    }
    expect(await close(writer)).toBe("refused");
    expect(broken).toEqual(["lost"]);
    expect(log.events("u:t").map(({ json }) => json)).toEqual(['{"delta":"mine"}']);
    expect(reader.seen).toHaveLength(1);
    reader.leave();
  });

  test("a run that the store refuses does not affect the others", async () => {
    const { log, taps, journal, calls, gate } = gated();
    gate.open();
    taps.append = async (next, batch) => {
      await gate.pass();
      if (batch.some(({ fence }) => fence.runId === "poison")) throw new StoreError("failed", "no");
      return next(batch);
    };
    const poisoned = open(journal, fenceOf("u:p", "poison"));
    const others = ["a", "b", "c"].map((name) => open(journal, fenceOf(`u:${name}`)));
    for (const { writer } of [poisoned, ...others]) void writer.emit(token("words"), "n");
    await gate.reached(5); // all at once, then each alone
    const ends = await Promise.all([poisoned, ...others].map(({ writer }) => close(writer)));
    expect(ends).toEqual(["persisted", "persisted", "persisted", "persisted"]);
    for (const { broken } of others) expect(broken).toEqual([]);
    for (const name of ["a", "b", "c"]) expect(log.end(`run of u:${name}`)?.message?.content).toBe("words");
    expect(poisoned.broken).toMatchObject([{ code: "internal" }]);
    expect(calls.rejected).toEqual(["poison"]);
    // Text that is not in the log is not in the message.
    expect(log.events("u:p").map(({ seq, type }) => [seq, type])).toEqual([
      [1, "credit_settled"],
      [2, "done"],
    ]);
    expect(log.end("poison")?.message?.content).toBe("");
  });

  test("an end that the store refuses is written without the last events", async () => {
    const { log, taps, journal, calls, gate } = gated();
    gate.open();
    taps.finish = async (next, fence, end) => {
      if (end.events.some(({ json }) => json.includes("poison"))) throw new StoreError("failed", "no");
      return next(fence, end);
    };
    const { writer } = open(journal, fenceOf("u:t"));
    const reader = reading(journal, "u:t");
    void writer.emit(token("good"), "n");
    await reader.until(1);
    void writer.emit(token(" poison"), "n");
    expect(await close(writer)).toBe("persisted");
    expect(log.end("run of u:t")?.message?.content).toBe("good");
    expect(calls.rejected).toHaveLength(1);
    await reader.until(3);
    expect(reader.seen.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    reader.leave();
  });

  test("no failure is reported while the end is being written; it is once the store has certainly not received it", async () => {
    const { log, taps, journal, gate } = gated();
    gate.open();
    const requested = Promise.withResolvers<void>();
    const answered = closedGate();
    let attempts = 0;
    taps.finish = async (next, fence, end) => {
      attempts++;
      requested.resolve();
      await answered.pass();
      if (attempts === 1) throw new StoreError("unavailable", "away", { isUntried: true });
      return next(fence, end);
    };
    const { writer } = open(journal, fenceOf("u:t"));
    const ending = close(writer);
    await requested.promise;
    const why = new RunError("store_unavailable", "away");
    expect(writer.verdict.decide(why)).toBeNull();
    answered.open();
    while (writer.verdict.mayHaveEnded) await Promise.resolve();
    expect(writer.verdict.decide(why)).toBe(why);
    expect(await ending).toBe("persisted");
    expect(log.end("run of u:t")).toMatchObject({ status: "failed", error: { code: "store_unavailable" } });
  });
});
