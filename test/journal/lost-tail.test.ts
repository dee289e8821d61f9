import { describe, expect, test } from "bun:test";
import type { LogEvent } from "../../src/domain/event.ts";
import { Follower } from "../../src/journal/follow.ts";
import { Hub } from "../../src/journal/hub.ts";
import { Followed } from "../support/followed.ts";
import { closedGate } from "../support/gate.ts";
import { close, fenceOf, journalOver, open, token } from "../support/journal.ts";
import { memoryLog } from "../support/memory-log.ts";
import { tappedStore } from "../support/tapped-store.ts";

const KEY = "u:t";

const event = (seq: number, runId = "r"): LogEvent => ({ runId, seq, type: "token", at: 1, json: '{"delta":""}' });
const upTo = (last: number): LogEvent[] => Array.from({ length: last }, (_, i) => event(i + 1));
const numbers = (batch: unknown) => (Array.isArray(batch) ? batch.map(({ seq }: LogEvent) => seq) : []);

/** Readers of a log that a test can truncate. */
const readable = (log: LogEvent[]) => {
  const hub = new Hub();
  const read = async (_key: string, after: number, limit: number) => log.slice(after, after + limit);
  return { hub, follower: (cursor: number) => new Follower({ hub, read, now: () => 0 }, KEY, cursor, 60_000) };
};

describe("a log whose end the database has lost", () => {
  test("is written again with the checkpoint that detects it, together with later events", async () => {
    const log = memoryLog();
    const { store, taps } = tappedStore(log.store);
    const { journal, calls } = journalOver(store);
    const gate = closedGate();
    const { writer, broken } = open(journal, fenceOf(KEY, "r"));
    const committed = new Followed(journal.follow(KEY, 0, 60_000));
    void writer.emit(token("one"), "n");
    expect(numbers((await committed.next()).value)).toEqual([1]);
    (log.events(KEY) as LogEvent[]).length = 0;
    taps.append = async (next, batch) => {
      await gate.pass();
      return log.events(KEY).length === 0 && batch[0]?.events.length === 0 ? new Map([["r", "gap"]]) : next(batch);
    };
    writer.checkpoint({ checkpointId: "c", node: "n", change: "{}" });
    await gate.reached(1);
    void writer.emit(token("two"), "n");
    gate.open();
    expect(numbers((await committed.next()).value)).toEqual([2]);
    expect({ broken, torn: calls.torn, rewritten: calls.rewritten }).toEqual({ broken: [], torn: [], rewritten: 1 });
    expect(await close(writer)).toBe("persisted");
    expect(log.end("r")?.message?.content).toBe("onetwo");
    expect(log.checkpoints("r")).toHaveLength(1);
    committed.leave();
  });

  test("and that another process continues before the loss is noticed: readers ahead get a reset, not a deletion", async () => {
    const log = upTo(5);
    const { hub, follower } = readable(log);
    const [ahead, behind] = [new Followed(follower(0)), new Followed(follower(2))];
    await Promise.all([ahead.next(), behind.next()]);
    const early = new Followed(follower(3));
    const [calls, waits] = [ahead.next(), early.next()];
    expect(numbers((await waits).value)).toEqual([4, 5]);
    log.length = 3;
    const late = new Followed(follower(2));
    hub.open(KEY, 3);
    await expect(calls).rejects.toMatchObject({ code: "interrupted" });
    expect(numbers((await late.next()).value)).toEqual([3]);
    for (const reader of [ahead, behind, early, late]) reader.leave();
  });

  test("is not shown from a page that was read before", async () => {
    const log = upTo(5);
    const { hub, follower } = readable(log);
    const reader = follower(0);
    expect(reader.poll()).toBeNull();
    // The page arrives while its reader is busy.
    await new Promise(setImmediate);
    log.length = 3;
    hub.get(KEY)?.truncate(3);
    log.push(event(4, "another"));
    const shown = (await new Followed(reader).next()).value;
    expect(shown?.map(({ seq, runId }) => [seq, runId])).toEqual([
      [1, "r"],
      [2, "r"],
      [3, "r"],
      [4, "another"],
    ]);
    reader.leave();
  });
});
