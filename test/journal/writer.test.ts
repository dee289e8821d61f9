import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RunError } from "../../src/domain/error.ts";
import { NO_USAGE } from "../../src/domain/run.ts";
import { MAX_UNCOMMITTED } from "../../src/journal/writer.ts";
import { endingOf } from "../../src/runs/ending.ts";
import type { Append } from "../../src/store/log/contract.ts";
import { followed } from "../support/followed.ts";
import { closedGate } from "../support/gate.ts";
import { close, fenceOf, journalOver, note, open, reasoning, token } from "../support/journal.ts";
import { memoryLog } from "../support/memory-log.ts";
import { tappedStore } from "../support/tapped-store.ts";

/** A run whose first commit is under way and waits at the gate. */
const busy = async () => {
  const log = memoryLog();
  const gate = closedGate();
  const { store, taps } = tappedStore(log.store);
  taps.append = async (next, batch) => {
    await gate.pass();
    return next(batch);
  };
  const { journal } = journalOver(store);
  const { writer } = open(journal, fenceOf("u:t"));
  void writer.emit(note("start"), "n");
  await gate.reached(1);
  const texts = () => log.events("u:t").flatMap(({ type, json }) => (type === "token" ? [JSON.parse(json).delta] : []));
  return { log, gate, journal, writer, texts };
};

describe("a run's writer", () => {
  test("joins consecutive tokens of a node that wait for the same commit, and no others", async () => {
    const { writer, gate, log } = await busy();
    for (const [event, node] of [
      [token("a"), "n"],
      [token("b"), "n"],
      [token("c"), "other"],
      [reasoning("hm"), "other"],
      [reasoning("hmm"), "other"],
      [token("d"), "other"],
      [note(), "other"],
      [token("e"), "other"],
    ] as const)
      void writer.emit(event, node);
    gate.open();
    await close(writer);
    const logged = log.events("u:t").map(({ type, json }) => [type, JSON.parse(json).delta]);
    expect(logged.slice(1, -2)).toEqual([
      ["token", "ab"],
      ["token", "c"],
      ["reasoning", "hmhmm"],
      ["token", "d"],
      ["node_result", undefined],
      ["token", "e"],
    ]);
    expect(log.end("run of u:t")?.message?.content).toBe("abcde");
  });

  test("a surrogate pair that is split between two deltas survives", async () => {
    const { writer, gate, log, texts } = await busy();
    for (const half of ["x\ud83d", "\ude00y"]) void writer.emit(token(half), "n");
    gate.open();
    await close(writer);
    expect(texts().join("")).toBe("x😀y");
    expect(log.end("run of u:t")?.message?.content).toBe("x😀y");
  });

  test("lone surrogates and NUL are replaced in text and in payloads", async () => {
    const { writer, gate, log, texts } = await busy();
    void writer.emit(token("x\ud83d"), "n");
    void writer.emit(note({ "k\0": ["\udc00"] }), "n");
    void writer.emit(token("\0y\ud800"), "n");
    gate.open();
    await close(writer);
    expect(texts()).toEqual(["x", "\ufffd", "\ufffdy", "\ufffd"]);
    expect(log.end("run of u:t")?.message?.content).toBe(texts().join(""));
    const payload = log.events("u:t").find(({ json }) => json.includes("k"))?.json;
    expect(JSON.parse(payload ?? "")).toEqual({ node: "n", output: { "k\ufffd": ["\ufffd"] } });
  });

  test("the log and the message have the whole answer, however it is split into deltas", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "binary" }), { maxLength: 20 }), fc.nat(), async (words, at) => {
        const text = words.join("").toWellFormed().replaceAll("\0", "");
        const cut = text.length === 0 ? 0 : at % (text.length + 1);
        const { writer, gate, log, texts } = await busy();
        for (const piece of [text.slice(0, cut), text.slice(cut)]) void writer.emit(token(piece), "n");
        gate.open();
        await close(writer);
        expect(texts().join("")).toBe(text);
        expect(log.end("run of u:t")?.message?.content ?? "").toBe(text);
      }),
      { numRuns: 100 },
    ));

  test("with 256 uncommitted events the producer waits for the commit", async () => {
    const { writer, gate } = await busy();
    let logged = 1;
    while (logged < MAX_UNCOMMITTED - 1) {
      expect(writer.emit(note(logged), "n")).toBeUndefined();
      logged++;
    }
    const wait = writer.emit(note("last"), "n");
    expect(wait).toBeInstanceOf(Promise);
    let isOver = false;
    const over = wait?.then(() => {
      isOver = true;
    });
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    gate.open();
    await over;
    expect(isOver).toBe(true);
    await close(writer);
  });

  test("joined tokens are bounded too: an endless model waits while the store is unavailable", async () => {
    const { writer, gate } = await busy();
    const kilobyte = "x".repeat(1024);
    let kilobytes = 0;
    while (writer.emit(token(kilobyte), "n") === undefined) kilobytes++;
    expect(kilobytes).toBeLessThan(256 * 17);
    expect(kilobytes).toBeGreaterThan(256);
    gate.open();
    await close(writer);
  });

  test("a reader that is slow or never reads delays nothing", async () => {
    const { writer, gate, journal, log } = await busy();
    gate.open();
    const stalled = followed(journal, "u:t", 0, 60_000);
    await stalled.next(); // and never again
    for (let i = 0; i < 3 * MAX_UNCOMMITTED; i++) await writer.emit(note(i), "n");
    expect(await close(writer)).toBe("persisted");
    expect(log.events("u:t")).toHaveLength(3 * MAX_UNCOMMITTED + 3);
    stalled.leave();
  });

  test("a payload that is not JSON fails only the run that emits it", async () => {
    const { writer, gate, journal, log } = await busy();
    const other = open(journal, fenceOf("u:other")).writer;
    expect(() => writer.emit(note(1n), "n")).toThrow(TypeError);
    void other.emit(token("fine"), "n");
    gate.open();
    expect(await Promise.all([close(writer), close(other)])).toEqual(["persisted", "persisted"]);
    expect(log.events("u:other").map(({ type }) => type)).toEqual(["token", "credit_settled", "done"]);
  });

  test("a run that failed without text has no message, one that succeeded has an empty one", async () => {
    const { gate, journal, log } = await busy();
    gate.open();
    const failure = new RunError("timeout", "late");
    const failed = endingOf(failure, { messageId: "m", usage: NO_USAGE, now: 1 });
    await open(journal, fenceOf("u:failed")).writer.close(failed, failed);
    await close(open(journal, fenceOf("u:empty")).writer);
    expect(log.end("run of u:failed")).toMatchObject({ status: "failed", message: null });
    expect(log.end("run of u:empty")?.message?.content).toBe("");
  });

  test("events that are emitted while a batch waits for the store go into the next batch and no other", async () => {
    const log = memoryLog();
    const gate = closedGate();
    const { store, taps } = tappedStore(log.store);
    const seen: [events: number, checkpoints: number][] = [];
    taps.append = async (next, batch) => {
      await gate.pass();
      for (const { events, checkpoints } of batch) seen.push([events.length, checkpoints.length]);
      return next(batch);
    };
    const { journal } = journalOver(store);
    const { writer } = open(journal, fenceOf("u:t"));
    void writer.emit(note(), "n");
    await gate.reached(1);
    void writer.emit(note(), "n");
    writer.checkpoint({ checkpointId: "1", node: "n", change: "{}" });
    gate.open();
    await gate.reached(2);
    expect(await close(writer)).toBe("persisted");
    expect(seen).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  test("checkpoints have the seq that their run had reached, and none is lost at the end", async () => {
    const { writer, gate, log } = await busy();
    void writer.emit(token("a"), "n");
    writer.checkpoint({ checkpointId: "1", node: "n", change: '{"a":1}' });
    void writer.emit(note(), "n");
    writer.checkpoint({ checkpointId: "2", node: "m", change: "{}" });
    const ended = close(writer);
    gate.open();
    await ended;
    expect(log.checkpoints("run of u:t").map(({ checkpointId, seq }) => [checkpointId, seq])).toEqual([
      ["1", 2],
      ["2", 3],
    ]);
  });

  test("a round is stored with the events around it, and only then does the model's next call go on", async () => {
    const { writer, gate, log } = await busy();
    void writer.emit(token("Let me see."), "n");
    let isStored = false;
    writer.round({ calls: ["c"], model: "m", data: { half: "\ud83c" } }, "{}");
    const stored = writer.flushed().then(() => {
      isStored = true;
    });
    void writer.emit(note(), "n");
    // The commit that is under way does not have it.
    gate.open();
    gate.close();
    await gate.reached(2);
    expect(isStored).toBe(false);
    gate.open();
    await stored;
    expect(log.rounds("run of u:t")).toMatchObject([
      { number: 1, seq: 2, calls: ["c"], model: "m", data: '{"half":"\ufffd"}' },
    ]);
    writer.round({ calls: [], model: "m", data: 1 }, "{}");
    await close(writer);
    expect(log.rounds("run of u:t").map(({ number, seq }) => [number, seq])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test("a round of a run that has ended or is another replica's is not waited for", async () => {
    const { writer, gate, log } = await busy();
    writer.round({ calls: ["c"], model: "m", data: 1 }, "{}");
    const waits = writer.flushed();
    log.steal("run of u:t");
    gate.open();
    await waits;
    await close(writer);
    writer.round({ calls: ["d"], model: "m", data: 2 }, "{}");
    await writer.flushed();
    expect(log.rounds("run of u:t")).toEqual([]);
  });

  test("what was written with the row is announced at once and written no more, and tokens after it are not joined to it", async () => {
    const log = memoryLog();
    const { store, taps } = tappedStore(log.store);
    const appended: Append[] = [];
    taps.append = async (_next, batch) => {
      appended.push(...batch);
      return new Map();
    };
    taps.finish = async (_next, fence, { events, checkpoints }) => {
      appended.push({ fence, events, checkpoints });
      return "ended";
    };
    const { journal } = journalOver(store);
    const writer = journal.open(fenceOf("u:t"), 0, () => {}, { isHeld: true });
    void writer.emit(note(), "n");
    writer.checkpoint({ checkpointId: "1", node: "n", change: "{}" });
    void writer.emit(token("a"), "n");
    const written = writer.early();
    void writer.emit(token("b"), "n");
    writer.checkpoint({ checkpointId: "2", node: "n", change: "{}" });
    expect(written.events.map(({ seq, json }) => [seq, JSON.parse(json).delta])).toEqual([
      [1, undefined],
      [2, "a"],
    ]);
    writer.release(written);
    expect(journal.follow("u:t", 0, 60_000).poll()).toEqual([...written.events]);
    await close(writer);
    expect(appended.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([3, 4, 5]);
    expect(appended.flatMap(({ checkpoints }) => checkpoints.map(({ checkpointId }) => checkpointId))).toEqual(["2"]);
    expect(writer.answer).toBe("ab");
  });
});
