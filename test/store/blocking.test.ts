import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import type { PackingPlace } from "../../src/store/log/contract-packing.ts";
import { chunk, draft, words } from "../support/documents.ts";
import { SINCE_MS } from "../support/folding.ts";
import { measureBlocking } from "../support/measure-blocking.ts";
import { memoryStore } from "../support/pglite.ts";
import { endAt, endBehind, newRun, started, token } from "../support/runs.ts";

/** The embedded database computes on the event loop: the longest that one call may hold it, in CPU time. */
const BLOCKED_MS = 100;
/** A collection of garbage may fall into one try, and the first compiles; the work itself takes its time in each. */
const TRIES = 4;

const MEGABYTE = 1_000_000;
/** Compression takes longest with text that it can shorten only a little. */
const LARGE = Array.from({ length: 200_000 }, (_, at) => `w${(at * 7919) % 99_991}`)
  .join(" ")
  .slice(0, MEGABYTE);

let store: Store;
beforeAll(async () => {
  store = await memoryStore();
  await store.migrate();
}, 60_000);
afterAll(() => store?.close());

/** Makes several calls, and checks that the shortest of them held the loop for less than the bound. */
const unblocked = async (prepared: () => Promise<() => Promise<unknown>>, limitMs = BLOCKED_MS): Promise<void> => {
  const blocked: number[] = [];
  for (let tries = 0; tries < TRIES && Math.min(limitMs, ...blocked) === limitMs; tries++) {
    blocked.push((await measureBlocking(await prepared())).blockedMs);
  }
  expect(Math.min(...blocked)).toBeLessThan(limitMs);
};

const thread = (): ThreadKey => `u1:${realSystem.id()}`;

/** A thread of one run with so many events and a checkpoint at its end. `text`: what its deltas are and its message is. */
const long = async (events: number, text: string | null = null) => {
  const key = thread();
  const { fence } = await started(store, newRun(key));
  const chars = Math.ceil((text?.length ?? 0) / events);
  const jsonOf = (seq: number) =>
    text === null ? undefined : JSON.stringify({ delta: text.slice((seq - 1) * chars, seq * chars) });
  for (let last = 0; last < events; last += 1_000) {
    const events = Array.from({ length: 1_000 }, (_, at) => token(fence, last + at + 1, jsonOf(last + at + 1)));
    await store.events.append([{ fence, events: events, checkpoints: [] }]);
  }
  const checkpoint = { checkpointId: "c", seq: events + 1, node: "n", change: "{}", at: 5 };
  const message = { id: "m", content: text ?? "5" };
  await store.runs.finish(fence, endAt(fence, events + 1, { checkpoints: [checkpoint], message }));
  return { key, fence, checkpoint };
};

describe("one call of the embedded store does not hold the event loop", () => {
  test(
    "to begin a run with a question of a megabyte",
    () => unblocked(async () => () => store.runs.begin(newRun(thread(), { message: LARGE }))),
    60_000,
  );

  test(
    "to end a run with an answer of a megabyte",
    () =>
      unblocked(async () => {
        const { fence } = await started(store, newRun(thread()));
        return () => store.runs.finish(fence, endAt(fence, 1, { message: { id: "m", content: LARGE } }));
      }),
    60_000,
  );

  test(
    "to end a run with 5,000 events",
    () =>
      unblocked(async () => {
        const { fence } = await started(store, newRun(thread()));
        return () => store.runs.finish(fence, endBehind(fence, 0, 5_000));
      }),
    60_000,
  );

  test("to append an event of a megabyte, and to read it", async () => {
    const json = JSON.stringify({ delta: LARGE });
    const key = thread();
    const { fence } = await started(store, newRun(key));
    let seq = 0;
    await unblocked(
      async () => () => store.events.append([{ fence, events: [token(fence, ++seq, json)], checkpoints: [] }]),
    );
    await unblocked(async () => () => store.events.read(key, 0, 200));
  }, 60_000);

  test("to read a thread with messages of a megabyte", async () => {
    const key = thread();
    for (let turn = 0; turn < 4; turn++) {
      const { fence, lastSeq } = await started(store, newRun(key, { message: LARGE }));
      await store.runs.finish(fence, endAt(fence, lastSeq + 1, { message: { id: `m${turn}`, content: LARGE } }));
    }
    await unblocked(async () => () => store.threads.messagePage(key, { limit: 100, maxBytes: MEGABYTE, before: null }));
    await unblocked(async () => () => store.threads.recentTurns(key, 100, { maxChars: 4 * MEGABYTE, model: "m" }));
  }, 60_000);

  test("to read the history of 200 turns, each with much besides its text", async () => {
    const key = thread();
    const output = LARGE.slice(0, 20_000);
    const call = { type: "tool_call", tool_call_id: "c", name: "look", input: {}, round: 1, output, is_error: false };
    const parts = [{ type: "reasoning", text: output }, call, call, { type: "text", length: 4 }];
    const message = { id: "m", content: "text", detail: JSON.stringify({ parts }) };
    for (let turn = 0; turn < 200; turn++) {
      const { fence, lastSeq } = await started(store, newRun(key));
      await store.runs.finish(fence, endAt(fence, lastSeq + 1, { message }));
    }
    const bounds = { maxChars: 10 * MEGABYTE, model: "m" };
    await unblocked(async () => () => store.threads.recentTurns(key, 100_000, bounds));
    expect((await store.threads.recentTurns(key, 100_000, bounds)).length).toBeGreaterThan(20);
  }, 120_000);

  test("to read, fork and delete a thread of 40,000 events", async () => {
    const { key, fence, checkpoint } = await long(40_000);
    await unblocked(async () => () => store.events.read(key, 20_000, 200));
    await unblocked(async () => () => store.events.ofRun(key, fence.runId, ["done"]));
    const copies: ThreadKey[] = [];
    await unblocked(async () => {
      const to = thread();
      copies.push(to);
      const fork = { from: key, to, checkpoint, through: checkpoint.seq, partial: null, now: 3_000 };
      return () => store.threads.fork(fork);
    });
    const [copy = key] = copies;
    expect(await store.events.bounds(copy)).toEqual({ first: 1, last: checkpoint.seq });
    const others = [key, ...copies];
    await unblocked(async () => () => store.threads.delete(others.pop() ?? key));
  }, 120_000);

  test("to pack a batch of events, to vacuum after many, and to read, fork and delete a packed thread", async () => {
    const { key, fence, checkpoint } = await long(56_000);
    let at: PackingPlace | null = null;
    const blocked: number[] = [];
    // One of these calls, after 50,000 events, vacuums too. The runs of other tests are packed first.
    for (let isOver = false; !isOver; ) {
      const { result, blockedMs } = await measureBlocking(() => store.packing.pack(at));
      at = result?.next ?? null;
      isOver = result?.runs === 0 && at === null;
      blocked.push(blockedMs);
    }
    expect(blocked.length).toBeGreaterThan(25);
    expect(Math.max(...blocked.toSorted((a, b) => a - b).slice(0, -TRIES))).toBeLessThan(BLOCKED_MS);
    await unblocked(async () => () => store.events.read(key, 20_000, 200));
    await unblocked(async () => () => store.events.ofRun(key, fence.runId, ["done"]));
    const fork = { from: key, checkpoint, through: checkpoint.seq, partial: null, now: 3_000 };
    await unblocked(async () => {
      const to = thread();
      return () => store.threads.fork({ ...fork, to });
    });
    await unblocked(async () => () => store.threads.delete(key));
  }, 120_000);

  test.each([
    ["a message of a megabyte", LARGE],
    ["a message that has none of it", null],
  ])(
    "to fold, read, fork and delete a run of 40,000 events with %s",
    async (_, text) => {
      const { key, fence, checkpoint } = await long(40_000, text);
      for (let at: PackingPlace | null = null, isOver = false; !isOver; ) {
        const done: Awaited<ReturnType<Store["packing"]["pack"]>> = await store.packing.pack(at);
        at = done?.next ?? null;
        isOver = done?.runs === 0 && at === null;
      }
      await unblocked(async () => () => store.packing.foldable(SINCE_MS, null));
      const run = { threadKey: key, runId: fence.runId };
      const { result, blockedMs } = await measureBlocking(() => store.packing.fold(run, SINCE_MS));
      expect(result).toBe(40_001);
      expect(blockedMs).toBeLessThan(BLOCKED_MS);
      await unblocked(async () => () => store.events.read(key, 0, 200));
      await unblocked(async () => () => store.events.ofRun(key, fence.runId, ["done"]));
      const fork = { from: key, checkpoint, through: 39_000, partial: null, now: 3_000 };
      await unblocked(async () => {
        const to = thread();
        return () => store.threads.fork({ ...fork, to });
      });
      await unblocked(async () => () => store.threads.delete(key));
    },
    120_000,
  );

  test("to store, search, list and delete a document of 5,000 rows", async () => {
    const rows = Array.from({ length: 5_000 }, (_, at) => `품번: ABC-${at}; 품명: 볼트 ${at}; word${at % 999}`);
    const chunks = rows.map((row) => chunk(row, { rows: [row.split("; ")] }));
    const { documents } = store;
    const put: string[] = [];
    await unblocked(async () => {
      const document = draft("u1", { columns: ["a", "b", "c"] });
      put.push(document.documentId);
      return () => documents.put(document, [chunks]);
    });
    const query = Array.from({ length: 300 }, (_, at) => `word${at} 볼트 ABC-${at}`).join(" ");
    await unblocked(async () => () => documents.search("u1", words(query, { limit: 20 })));
    await unblocked(async () => () => documents.table("u1", put[0] ?? "", 100_000));
    await unblocked(async () => () => documents.list("u1", { collection: null, limit: 100, after: null }));
    await unblocked(async () => () => documents.delete("u1", put.pop() ?? ""));
  }, 120_000);

  test("to store and return an image of a megabyte", async () => {
    const key = thread();
    await started(store, newRun(key));
    const bytes = Uint8Array.from({ length: MEGABYTE }, (_, at) => (at * 7919) % 251);
    const image = { mediaType: "image/png", bytes, width: 1, height: 1, now: 1 };
    const ids: string[] = [];
    await unblocked(async () => {
      ids.push(realSystem.id());
      return () => store.images.put(key, { ...image, imageId: ids.at(-1) ?? "" });
      // Half of the bound: byte by byte it was 100 to 150 ms.
    }, BLOCKED_MS / 2);
    await unblocked(async () => () => store.images.get(ids[0] ?? ""));
    expect((await store.images.get(ids[0] ?? ""))?.bytes.toHex()).toBe(bytes.toHex());
  }, 60_000);

  test("to save and list TILs of 200,000 characters with 20 tags", async () => {
    const content = LARGE.slice(0, 200_000);
    let day = 0;
    const til = () => {
      const tags = Array.from({ length: 20 }, (_, at) => ({
        ...{ tagId: null, name: `tag ${day} ${at}`, slug: `tag-${day}-${at}`, newId: realSystem.id() },
      }));
      day += 1;
      return {
        tilId: realSystem.id(),
        userId: "u1",
        title: "T",
        slug: "t",
        content,
        excerpt: "",
        dayNumber: null,
        tags,
        now: day,
      };
    };
    for (let at = 0; at < 20; at++) await store.tils.save(til());
    await unblocked(async () => () => store.tils.save(til()));
    await unblocked(async () => () => store.tils.list("u1", { limit: 100, after: null }));
    await unblocked(async () => () => store.tils.tags("u1", 100));
  }, 60_000);
});
