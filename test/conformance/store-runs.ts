import { expect, test } from "bun:test";
import type { Run } from "../../src/domain/run.ts";
import type { NewRun, RunPage } from "../../src/store/log/contract.ts";
import { messagesOf } from "../support/messages-of.ts";
import { appended, CANCEL, checkpointsOf, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

export const storeKeepsRuns = (under: StoreUnderTest): void => {
  test("a thread's first run starts at once and stores the user's message with its first event's seq", async () => {
    const { store, thread } = under;
    const run = newRun(thread(), { message: "Hello" });
    expect(await store.runs.begin(run)).toEqual({
      state: "running",
      fence: { threadKey: run.threadKey, runId: run.runId, epoch: 1 },
      lastSeq: 0,
      lastAt: 1_000,
    });
    expect(await messagesOf(store, run.threadKey)).toEqual([
      { id: run.messageId, role: "user", content: "Hello", seq: 1, runId: run.runId, createdAt: 1_000 },
    ]);
    expect(await store.runs.get("u1", run.runId)).toEqual({
      runId: run.runId,
      threadKey: run.threadKey,
      agent: "chat",
      model: null,
      metadata: {},
      status: "running",
      attempt: 1,
      startSeq: 0,
      traceId: "trace",
      usage: null,
      error: null,
      createdAt: 1_000,
      endedAt: null,
      supersededBy: null,
    });
  });

  test("a user's runs are listed page by page, the newest first, by status and thread, superseded ones on request", async () => {
    const { store } = under;
    const userId = `lister ${crypto.randomUUID()}`;
    const [one, two] = [`${userId}:one`, `${userId}:two`] as const;
    const ids: string[] = [];
    const begin = async (key: NewRun["threadKey"], now: number, given: Partial<NewRun> = {}) => {
      const run = newRun(key, { now, maxQueued: 9, ...given });
      ids.push(run.runId);
      return store.runs.begin(run);
    };
    const first = await begin(one, 1_000);
    if (first.state !== "running") throw new Error(first.state);
    await store.runs.finish(first.fence, endAt(first.fence, 1));
    await begin(one, 2_000, { placement: { stops: null, supersedes: first.fence.runId } });
    // Two in one millisecond.
    await begin(one, 3_000);
    await begin(two, 3_000);
    await store.runs.begin(newRun(`${userId}x:one`));
    const newestFirst = [...ids.slice(2).sort().reverse(), ids[1], ids[0]] as readonly string[];
    const all = { status: null, threadKey: null, withSuperseded: false };
    const listed = async (page: Partial<RunPage>, limit: number): Promise<readonly string[]> => {
      const found: Run[] = [];
      for (;;) {
        const next = await store.runs.list(userId, { ...all, ...page, limit, after: found.at(-1) ?? null });
        found.push(...next);
        if (next.length < limit) return found.map(({ runId }) => runId);
      }
    };
    for (const limit of [1, 2, 3, 4, 100]) {
      expect(await listed({ withSuperseded: true }, limit)).toEqual(newestFirst);
      expect(await listed({}, limit)).toEqual(newestFirst.slice(0, 3));
      expect(await listed({ status: "running" }, limit)).toEqual(
        newestFirst.filter((id) => id === ids[1] || id === ids[3]),
      );
      expect(await listed({ threadKey: one, withSuperseded: true }, limit)).toEqual(
        newestFirst.filter((id) => id !== ids[3]),
      );
      expect(await listed({ threadKey: one, status: "queued" }, limit)).toEqual([ids[2] ?? ""]);
    }
    expect(await store.runs.list("nobody", { ...all, limit: 9, after: null })).toEqual([]);
  });

  test("a run that nobody owns for the moment is listed, whatever becomes of it", async () => {
    const { store } = under;
    const userId = `released ${crypto.randomUUID()}`;
    const [going, waiting] = [newRun(`${userId}:t`), newRun(`${userId}:t`, { now: 2_000 })];
    await started(store, going);
    await store.runs.begin(waiting);
    await store.runs.release("here", [going, waiting], "handover");
    const ids = async () => {
      const page = { limit: 9, after: null, status: null, threadKey: null, withSuperseded: false };
      return (await store.runs.list(userId, page)).map(({ runId }) => runId);
    };
    expect(await ids()).toEqual([waiting.runId, going.runId]);
    await store.runs.requestCancel(userId, waiting.runId, CANCEL);
    expect(await ids()).toEqual([waiting.runId, going.runId]);
  });

  test("a fork's copies of runs are listed with the fork alone", async () => {
    const { store } = under;
    const userId = `forker ${crypto.randomUUID()}`;
    const [from, to] = [`${userId}:from`, `${userId}:to`] as const;
    const { fence } = await started(store, newRun(from));
    const checkpoint = { checkpointId: "c", seq: 1, node: "n", change: "{}", at: 1 };
    await store.runs.finish(fence, endAt(fence, 1, { checkpoints: [checkpoint] }));
    await store.threads.fork({ from, to, checkpoint, through: 1, partial: null, now: 1 });
    const page = { limit: 9, after: null, status: null, withSuperseded: false };
    const all = await store.runs.list(userId, { ...page, threadKey: null });
    expect(all.map(({ threadKey }) => threadKey)).toEqual([from]);
    const copies = await store.runs.list(userId, { ...page, threadKey: to });
    expect(copies.map(({ runId }) => runId)).toEqual([fence.runId]);
  });

  test("runs wait behind the running one, up to the limit, and a full thread stores nothing of the next", async () => {
    const { store, thread } = under;
    const key = thread();
    await started(store, newRun(key));
    const waiting = newRun(key);
    expect(await store.runs.begin(waiting)).toEqual({ state: "queued" });
    expect(await store.runs.begin(newRun(key))).toEqual({ state: "queued" });
    const refused = newRun(key);
    expect(await store.runs.begin(refused)).toEqual({ state: "full" });
    expect(await store.runs.get("u1", refused.runId)).toBeNull();
    expect(await store.runs.get("u1", waiting.runId)).toMatchObject({ status: "queued", attempt: 0 });
    expect(await messagesOf(store, key)).toHaveLength(1);
  });

  test("with no queue allowed a second run is refused, and a finished one makes room", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key, { maxQueued: 0 }));
    expect((await store.runs.begin(newRun(key, { maxQueued: 0 }))).state).toBe("full");
    await store.runs.finish(fence, endAt(fence, 1));
    expect(await started(store, newRun(key, { maxQueued: 0 }))).toMatchObject({ lastSeq: 1 });
  });

  test("queued runs are claimed in the order of their arrival, one at a time", async () => {
    const { store, thread } = under;
    const key = thread();
    const [first, second, third] = [newRun(key), newRun(key, { message: "second" }), newRun(key)] as const;
    const { fence } = await started(store, first);
    await store.runs.begin(second);
    await store.runs.begin(third);
    expect(await store.runs.claim(second)).toBeNull();
    await appended(store, fence, 1, 2);
    await store.runs.finish(fence, endAt(fence, 3));

    expect(await store.runs.claim(third)).toBeNull();
    const claim = await store.runs.claim(second);
    expect(claim).toEqual({
      state: "running",
      fence: { threadKey: key, runId: second.runId, epoch: 1 },
      lastSeq: 3,
      lastAt: 1_767_225_600_999,
      cancelRequested: false,
    });
    expect(await store.runs.claim(second)).toBeNull();
    expect(await store.runs.claim(third)).toBeNull();
    expect((await messagesOf(store, key)).map(({ content, seq }) => [content, seq])).toEqual([
      [first.input.message, 1],
      ["5", 3],
      ["second", 4],
    ]);
    expect(await store.runs.get("u1", second.runId)).toMatchObject({ status: "running", attempt: 1 });
  });

  test("a new run does not overtake those that wait when nothing runs for a moment", async () => {
    const { store, thread } = under;
    const key = thread();
    const waiting = newRun(key);
    const { fence } = await started(store, newRun(key));
    await store.runs.begin(waiting);
    await store.runs.finish(fence, endAt(fence, 1));
    expect((await store.runs.begin(newRun(key))).state).toBe("queued");
    expect(await store.runs.claim(waiting)).not.toBeNull();
  });

  test("of many runs begun at once exactly one starts, the limit waits, the rest is refused", async () => {
    const { store, thread } = under;
    const key = thread();
    const runs = Array.from({ length: 12 }, () => newRun(key, { maxQueued: 4 }));
    const states = (await Promise.all(runs.map((run) => store.runs.begin(run)))).map(({ state }) => state);
    expect(states.filter((state) => state === "running")).toHaveLength(1);
    expect(states.filter((state) => state === "queued")).toHaveLength(4);
    const claims = await Promise.all(runs.map((run) => store.runs.claim(run)));
    expect(claims.every((claim) => claim === null)).toBe(true);
  });

  test("of many claims at once exactly one succeeds", async () => {
    const { store, thread } = under;
    const key = thread();
    const waiting = newRun(key);
    const { fence } = await started(store, newRun(key));
    await store.runs.begin(waiting);
    await store.runs.finish(fence, endAt(fence, 1));
    const claims = await Promise.all(Array.from({ length: 6 }, () => store.runs.claim(waiting)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  test("a run's end writes its status, usage, error, last events, checkpoints and message together", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    await appended(store, fence, 1);
    const checkpoint = { checkpointId: "c1", seq: 2, node: "answer", change: '{"b":1,"a":2}', at: 7 };
    const end = endAt(fence, 2, {
      status: "failed",
      checkpoints: [checkpoint],
      message: { id: "m", content: "so far" },
      usage: { inputTokens: 10, outputTokens: 3 },
      error: { code: "timeout", message: "It took too long." },
    });
    expect(await store.runs.finish(fence, end)).toBe("ended");
    expect(await store.runs.get("u1", fence.runId)).toMatchObject({
      status: "failed",
      usage: end.usage,
      error: end.error,
      endedAt: 2_000,
    });
    expect(await store.events.read(key, 1, 10)).toEqual([...end.events]);
    expect(await checkpointsOf(store, key)).toEqual([{ ...checkpoint, runId: fence.runId }]);
    expect((await messagesOf(store, key)).at(-1)).toMatchObject({ role: "assistant", content: "so far", seq: 2 });
    expect(await store.threads.get(key)).toMatchObject({ lastSeq: 2, updatedAt: 2_000 });
  });

  test("a run that emitted no text leaves no message", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    expect(await store.runs.finish(fence, endAt(fence, 1, { message: null }))).toBe("ended");
    expect(await messagesOf(store, fence.threadKey)).toHaveLength(1);
  });

  test("a run ends only once, even when two ends arrive at the same time", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const ends = await Promise.all([1, 1, 1, 1].map((seq) => store.runs.finish(fence, endAt(fence, seq))));
    expect(ends.filter((end) => end === "ended")).toHaveLength(1);
    expect(await store.runs.finish(fence, endAt(fence, 2))).toBe("stale");
    expect(await appended(store, fence, 2)).toBe(false);
    expect(await store.events.bounds(fence.threadKey)).toEqual({ first: 1, last: 1 });
    expect(await messagesOf(store, fence.threadKey)).toHaveLength(2);
  });
};
