import { expect, test } from "bun:test";
import type { EventType, LogEvent } from "../../src/domain/event.ts";
import { NO_USAGE } from "../../src/domain/run.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Fence } from "../../src/store/log/contract.ts";
import type { RunEnd } from "../../src/store/log/contract-run-end.ts";
import type { Fork } from "../../src/store/log/contract-threads.ts";
import { messagesOf } from "../support/messages-of.ts";
import { checkpointsOf, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const PNG = { mediaType: "image/png", bytes: new Uint8Array([1, 2]), width: 1, height: 1, now: 1 };

const event = (fence: Fence, seq: number, type: EventType, payload: object): LogEvent => ({
  runId: fence.runId,
  seq,
  type,
  at: 1_000 + seq,
  json: JSON.stringify(payload),
});

/** Writes a turn of three events, the last of which is its end. Its one checkpoint is at the second. */
const turn = async (store: Store, key: ThreadKey, message: string, ended = true) => {
  const run = newRun(key, { message });
  const { fence, lastSeq } = await started(store, run);
  const seq = lastSeq + 1;
  const imageId = crypto.randomUUID();
  await store.images.put(key, { ...PNG, imageId });
  const events = [
    event(fence, seq, "token", { delta: `${message}?` }),
    event(fence, seq + 1, "image_result", { image_id: imageId }),
  ];
  const checkpoint = { checkpointId: crypto.randomUUID(), seq: seq + 1, node: "n", change: `{"of": 1}`, at: 7 };
  await store.events.append([{ fence, events, checkpoints: [checkpoint] }]);
  if (ended) await store.runs.finish(fence, endAt(fence, seq + 2));
  return { fence, imageId, checkpoint, last: seq + 2 };
};

/** The end of a run that is cut short, in the new thread. */
const endOf = (newRunId: string, seq: number): RunEnd => ({
  ...endAt({ threadKey: "u:t", runId: newRunId, epoch: 0 }, seq),
  message: { id: "partial", content: "so far" },
  usage: NO_USAGE,
});

const whole = async (store: Store, from: ThreadKey, to: ThreadKey, given: Partial<Fork> = {}) => {
  const { checkpoint, last } = await turn(store, from, "only");
  return store.threads.fork({ from, to, checkpoint, through: last, partial: null, now: 9, ...given });
};

/** Everything that is stored of a thread, except its owner. */
const contentOf = async (store: Store, key: ThreadKey) => ({
  events: await store.events.read(key, 0, 1_000),
  messages: await messagesOf(store, key),
  checkpoints: await checkpointsOf(store, key),
});

export const storeForksThreads = (under: StoreUnderTest): void => {
  test("a thread forked at the end of a turn has everything up to there, under the same numbers and ids", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    const first = await turn(store, from, "one");
    const second = await turn(store, from, "two");
    const before = await contentOf(store, from);
    await turn(store, from, "three");
    const whole = await contentOf(store, from);
    const fork = { from, to, checkpoint: second.checkpoint, through: second.last, partial: null, now: 9_000 };
    expect(await store.threads.fork(fork)).toEqual({
      threadKey: to,
      title: "one",
      lastSeq: 6,
      createdAt: 9_000,
      updatedAt: 9_000,
    });
    expect(await store.threads.get(to)).toMatchObject({ title: "one", lastSeq: 6, createdAt: 9_000 });
    expect(await contentOf(store, to)).toEqual(before);
    expect(await contentOf(store, from)).toEqual(whole);
    const listed = await store.threads.list("u1", { limit: 10_000, after: null });
    expect(listed.filter(({ threadKey }) => threadKey === to)).toHaveLength(1);
    expect(await store.events.ofRun(to, first.fence.runId, ["token"])).toHaveLength(1);
    expect(await started(store, newRun(to))).toMatchObject({ lastSeq: 6 });
    expect(await store.threads.get(from)).toMatchObject({ lastSeq: 9 });
  });

  test("a run that a fork cuts short gets an id and an end of its own in the fork", async () => {
    const { store, thread } = under;
    const [from, to, runId] = [thread(), thread(), crypto.randomUUID()];
    const first = await turn(store, from, "one");
    const { fence, checkpoint } = await turn(store, from, "two", false);
    const through = checkpoint.seq;
    const end = endOf(runId, through + 1);
    const partial = { runId: fence.runId, newRunId: runId, end };
    expect(await store.threads.fork({ from, to, checkpoint, through, partial, now: 9 })).toMatchObject({ lastSeq: 6 });
    const { events, messages, checkpoints } = await contentOf(store, to);
    const whose = [...Array(3).fill(first.fence.runId), ...Array(3).fill(runId)];
    expect(events.map((event) => event.runId)).toEqual(whose);
    expect(events.at(-1)).toEqual(end.events.at(-1) ?? expect.anything());
    expect(checkpoints.map((point) => point.runId)).toEqual([first.fence.runId, runId]);
    expect(messages.map(({ content, seq }) => [content, seq])).toEqual([
      ["one", 1],
      ["5", 3],
      ["two", 4],
      ["so far", 6],
    ]);
    expect(messages.at(-1)).toMatchObject({ id: "partial", role: "assistant", runId });
    expect(await store.runs.get("u1", runId)).toMatchObject({
      threadKey: to,
      agent: "chat",
      status: "succeeded",
      attempt: 0,
      usage: NO_USAGE,
      endedAt: end.now,
    });
    // The source's run continues.
    expect(await store.runs.finish(fence, endAt(fence, through + 1))).toBe("ended");
    expect(await started(store, newRun(to))).toMatchObject({ lastSeq: 6 });
  });

  test("a run's id finds the run in the thread where it ran, until that thread is deleted", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    await whole(store, from, to);
    const [event] = await store.events.read(to, 0, 1);
    const runId = event?.runId ?? "";
    expect(await store.runs.get("u1", runId)).toMatchObject({ threadKey: from, attempt: 1 });
    expect(await store.threads.delete(from)).toEqual([]);
    expect(await store.runs.get("u1", runId)).toMatchObject({ threadKey: to, attempt: 0, status: "succeeded" });
  });

  test("forked runs have no owner and no lease, and cannot be cancelled or taken over", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    // Runs that wait have no owner either.
    const before = await store.runs.held("");
    await whole(store, from, to);
    expect(await store.threads.activeRun(to)).toBeNull();
    expect(await store.runs.held("")).toEqual(before);
  });

  test("pictures remain when either thread is deleted, and those after the fork's point are not copied", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    const first = await turn(store, from, "one");
    const second = await turn(store, from, "two");
    await store.threads.fork({ from, to, checkpoint: first.checkpoint, through: first.last, partial: null, now: 9 });
    await store.threads.delete(from);
    expect(await store.images.get(first.imageId)).toEqual({ mediaType: PNG.mediaType, bytes: PNG.bytes });
    expect(await store.images.get(second.imageId)).toBeNull();
    await store.threads.delete(to);
    expect(await store.images.get(first.imageId)).toBeNull();
  });

  test("a fork can be forked, to any depth", async () => {
    const { store, thread } = under;
    let from = thread();
    const { checkpoint, last } = await turn(store, from, "one");
    const content = await contentOf(store, from);
    for (let depth = 0; depth < 3; depth++) {
      const to = thread();
      expect(await store.threads.fork({ from, to, checkpoint, through: last, partial: null, now: 9 })).toBeObject();
      expect(await contentOf(store, to)).toEqual(content);
      await store.threads.delete(from);
      from = to;
    }
  });

  test("an existing thread is not overwritten, not even by a fork of itself", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    await turn(store, to, "mine");
    const mine = await contentOf(store, to);
    expect(await whole(store, from, to)).toBe("taken");
    const { checkpoint, last } = await turn(store, from, "again");
    expect(await store.threads.fork({ from, to: from, checkpoint, through: last, partial: null, now: 9 })).toBe(
      "taken",
    );
    expect(await contentOf(store, to)).toEqual(mine);
  });

  test("a fork of a missing thread or checkpoint is not created", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    expect(await whole(store, from, to, { from: thread() })).toBe("gone");
    expect(await whole(store, from, to, { checkpoint: { seq: 2, checkpointId: "none" } })).toBe("gone");
    expect(await store.threads.get(to)).toBeNull();
    expect(await contentOf(store, to)).toEqual({ events: [], messages: [], checkpoints: [] });
  });

  test("of many forks to one thread exactly one is created", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    const { checkpoint, last } = await turn(store, from, "one");
    const fork = { from, to, checkpoint, through: last, partial: null, now: 9 };
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => store.threads.fork(fork)));
    expect(outcomes.filter((outcome) => outcome === "taken")).toHaveLength(5);
    expect(await store.events.read(to, 0, 10)).toHaveLength(3);
  });

  test("a fork of a thread that is being deleted is complete or not created", async () => {
    const { store, thread } = under;
    for (let round = 0; round < 10; round++) {
      const [from, to] = [thread(), thread()];
      const { checkpoint, last } = await turn(store, from, "one");
      const content = await contentOf(store, from);
      const fork = () => store.threads.fork({ from, to, checkpoint, through: last, partial: null, now: 9 });
      const both = [fork, () => store.threads.delete(from)];
      const outcomes = await Promise.all((round % 2 === 0 ? both : both.toReversed()).map((call) => call()));
      const made = outcomes[round % 2] !== "gone";
      expect(await contentOf(store, to)).toEqual(made ? content : { events: [], messages: [], checkpoints: [] });
      expect((await store.threads.get(to)) !== null).toBe(made);
      expect(await store.threads.get(from)).toBeNull();
    }
  });
};
