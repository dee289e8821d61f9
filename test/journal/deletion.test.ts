import { beforeEach, describe, expect, test } from "bun:test";
import type { LogEvent } from "../../src/domain/event.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { followed } from "../support/followed.ts";
import { close, fenceOf, journalOver, open, token } from "../support/journal.ts";
import { type MemoryLog, memoryLog } from "../support/memory-log.ts";

const KEY = "u:t";
let log: MemoryLog;
let journal: Journal;
beforeEach(() => {
  log = memoryLog();
  ({ journal } = journalOver(log.store));
});

const follow = (cursor: number, on = journal) => followed(on, KEY, cursor, 60_000);
const runsOf = (batch: readonly LogEvent[] | undefined) => [...new Set(batch?.map(({ runId }) => runId))];

/** A run that emits a word and ends by default. */
const writeRun = async (runId: string, on = journal) => {
  const { writer } = open(on, fenceOf(KEY, runId));
  await writer.emit(token("hello"), "");
  return { writer, end: () => close(writer) };
};

describe("a thread that is deleted", () => {
  test("is reported to its readers; a new thread of its name has nothing of it, though the old run ends late", async () => {
    const old = await writeRun("old");
    const reading = follow(0);
    expect(runsOf((await reading.next()).value)).toEqual(["old"]);
    const next = reading.next();
    const deleted = journal.deletion(KEY);
    log.delete(KEY);
    log.steal("old");
    deleted();
    await expect(next).rejects.toMatchObject({ code: "cancelled" });
    const anew = await writeRun("new");
    expect(await old.end()).toBe("refused");
    const readingAnew = follow(0);
    expect(runsOf((await readingAnew.next()).value)).toEqual(["new"]);
    const last = readingAnew.next();
    expect(await anew.end()).toBe("persisted");
    expect((await last).value?.at(-1)?.type).toBe("done");
  });

  test("and created again on another replica continues its numbers; the old reader is notified and gets no new events", async () => {
    const event = { runId: "new", seq: 7, type: "token", at: 0, json: "{}" } as const;
    const store = { ...log.store, events: { ...log.store.events, read: async () => [event] } };
    const { journal: there } = journalOver(store);
    await expect(follow(3, there).next()).rejects.toMatchObject({ code: "cancelled" });
  });

  test("on another replica is noticed at the next poll", async () => {
    const { journal: there } = journalOver(log.store);
    await (await writeRun("old", there)).end();
    const reading = follow(0);
    expect((await reading.next()).value).toHaveLength(3);
    const next = reading.next();
    await journal.tick();
    log.delete(KEY);
    await journal.tick();
    await expect(next).rejects.toMatchObject({ code: "cancelled" });
  });

  test("on another replica, just when a reader comes that has seen its log, is noticed at the next poll", async () => {
    await (await writeRun("old")).end();
    const { journal: there } = journalOver(log.store);
    log.delete(KEY);
    for (const cursor of [0, 2, 3]) {
      const next = followed(there, KEY, cursor, 60_000, 3).next();
      await there.tick();
      await expect(next).rejects.toMatchObject({ code: "cancelled" });
    }
  });
});
