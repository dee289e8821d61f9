import { expect, test } from "bun:test";
import { messagesOf } from "../support/messages-of.ts";
import { appended, endAt, newRun, started, token } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** Calls that arrive at once are executed together; each has the outcome that it would have by itself. */
export const storeMakesCallsTogether = (under: StoreUnderTest): void => {
  test("of runs begun at once each has its own outcome: started, queued, refused, or known", async () => {
    const { store, thread } = under;
    const [busy, full, idle] = [thread(), thread(), thread()];
    await started(store, newRun(busy));
    await started(store, newRun(full));
    for (const _ of [1, 2]) await store.runs.begin(newRun(full));
    const first = await started(store, newRun(idle));
    await store.runs.finish(first.fence, endAt(first.fence, 1));
    const known = newRun(thread());
    await started(store, known);
    const fresh = Array.from({ length: 40 }, () => newRun(thread()));
    const again = newRun(idle, { message: "again" });
    const runs = [newRun(busy), ...fresh, newRun(full), again, { ...known, messageId: "other" }];
    const begun = await Promise.all(runs.map((run) => store.runs.begin(run)));
    const states = begun.map(({ state }) => state);
    expect(states).toEqual(["queued", ...fresh.map(() => "running" as const), "full", "running", "known"]);
    for (const [at, { threadKey, runId, messageId }] of fresh.entries()) {
      expect(begun[at + 1]).toMatchObject({ fence: { threadKey, runId, epoch: 1 }, lastSeq: 0 });
      expect(await messagesOf(store, threadKey)).toMatchObject([{ id: messageId, seq: 1, runId }]);
    }
    expect(begun.at(-2)).toMatchObject({ lastSeq: 1 });
    expect((await messagesOf(store, idle)).map(({ content, seq }) => [content, seq])).toEqual([
      ["What is 2 + 3?", 1],
      ["5", 1],
      ["again", 2],
    ]);
    expect(await messagesOf(store, known.threadKey)).toMatchObject([{ id: known.messageId }]);
  });

  test("runs of one thread that are begun at once start and wait in the order of their arrival", async () => {
    const { store, thread } = under;
    const key = thread();
    const runs = Array.from({ length: 3 }, () => newRun(key));
    const begun = await Promise.all(runs.map((run) => store.runs.begin(run)));
    expect(begun.map(({ state }) => state)).toEqual(["running", "queued", "queued"]);
    const [first, second] = runs;
    await store.runs.finish(
      { threadKey: key, runId: first?.runId ?? "", epoch: 1 },
      endAt({ threadKey: key, runId: first?.runId ?? "", epoch: 1 }, 1),
    );
    expect(await store.runs.claim(second ?? newRun(key))).not.toBeNull();
  });

  test("an end that the database cannot store does not affect the others", async () => {
    const { store, thread } = under;
    const runs = await Promise.all(Array.from({ length: 5 }, () => started(store, newRun(thread()))));
    const outcomes = await Promise.allSettled(
      runs.map(({ fence }, at) => {
        const end = endAt(fence, 1);
        const events = at === 2 ? end.events.map((event) => ({ ...event, json: "{" })) : end.events;
        return store.runs.finish(at === 3 ? { ...fence, epoch: 7 } : fence, { ...end, events });
      }),
    );
    expect(outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : outcome.reason.code))).toEqual([
      "ended",
      "ended",
      "failed",
      "stale",
      "ended",
    ]);
    for (const [at, { fence }] of runs.entries()) {
      const isEnded = at !== 2 && at !== 3;
      expect(await store.runs.get("u1", fence.runId)).toMatchObject({ status: isEnded ? "succeeded" : "running" });
      expect(await store.events.bounds(fence.threadKey)).toEqual(isEnded ? { first: 1, last: 1 } : null);
    }
  });

  test("ends that arrive at once each write all of their own run and nothing of another", async () => {
    const { store, thread } = under;
    const runs = await Promise.all(Array.from({ length: 40 }, () => started(store, newRun(thread()))));
    await store.events.append(runs.map(({ fence }) => ({ fence, events: [token(fence, 1)], checkpoints: [] })));
    const ends = runs.map(({ fence }, at) => {
      const isFailed = at % 2 === 1;
      return endAt(fence, 2, {
        status: isFailed ? "failed" : "succeeded",
        message: at % 3 === 0 ? null : { id: `m ${at}`, content: `answer "${at}"\n` },
        usage: { inputTokens: at, outputTokens: 2 * at },
        error: isFailed ? { code: "timeout", message: `late ${at}` } : null,
        checkpoints: [{ checkpointId: `c ${at}`, seq: 2, node: "n", change: `${at}`, at: 5 }],
        now: 5_000 + at,
      });
    });
    await Promise.all(runs.map(({ fence }, at) => store.runs.finish(fence, ends[at] ?? endAt(fence, 2))));
    for (const [at, { fence }] of runs.entries()) {
      const end = ends[at] ?? endAt(fence, 2);
      const { status, usage, error, now: endedAt } = end;
      expect(await store.runs.get("u1", fence.runId)).toMatchObject({ status, usage, error, endedAt });
      expect(await store.events.read(fence.threadKey, 1, 10)).toEqual([...end.events]);
      const messages = (await messagesOf(store, fence.threadKey)).slice(1);
      expect(messages).toMatchObject(end.message === null ? [] : [{ ...end.message, seq: 2, role: "assistant" }]);
      expect(await store.threads.checkpoints(fence.threadKey, { limit: 9, after: null })).toHaveLength(1);
      expect(await store.runs.begin(newRun(fence.threadKey))).toMatchObject({ state: "running", lastSeq: 2 });
    }
  });

  test("neither an append nor an end is written after a gap, and both report it", async () => {
    const { store, thread } = under;
    const [torn, whole] = [await started(store, newRun(thread())), await started(store, newRun(thread()))];
    for (const { fence } of [torn, whole]) await appended(store, fence, 1, 2);
    // As after a failover: what was committed as 3 and 4 is missing.
    const refused = await store.events.append([
      { fence: torn.fence, events: [token(torn.fence, 5), token(torn.fence, 6)], checkpoints: [] },
      { fence: whole.fence, events: [token(whole.fence, 3)], checkpoints: [] },
    ]);
    expect([...refused]).toEqual([[torn.fence.runId, "gap"]]);
    const point = { checkpointId: "c", seq: 4, node: "n", change: "1", at: 5 };
    const alone = await store.events.append([{ fence: torn.fence, events: [], checkpoints: [point] }]);
    expect([...alone]).toEqual([[torn.fence.runId, "gap"]]);
    expect(await store.runs.finish(torn.fence, endAt(torn.fence, 5))).toBe("gap");
    expect(await store.runs.get("u1", torn.fence.runId)).toMatchObject({ status: "running" });
    expect(await store.events.bounds(torn.fence.threadKey)).toEqual({ first: 1, last: 2 });
    expect(await store.events.bounds(whole.fence.threadKey)).toEqual({ first: 1, last: 3 });
    // Written again, everything is there; and events that are stored already may be written again.
    expect(await appended(store, torn.fence, 2, 3, 4, 5)).toBe(true);
    expect(await store.runs.finish(torn.fence, endAt(torn.fence, 6))).toBe("ended");
    expect((await store.events.read(torn.fence.threadKey, 0, 10)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a thread that was deleted and created again has no event before its first, and that is no gap", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await started(store, newRun(key));
    await appended(store, fence, 1, 2, 3);
    await store.threads.delete(key);
    const next = await started(store, newRun(key));
    expect(next.lastSeq).toBe(4);
    expect(await appended(store, next.fence, 5)).toBe(true);
    expect(await appended(store, next.fence, 7)).toBe(false);
    expect(await store.runs.finish(next.fence, endAt(next.fence, 6))).toBe("ended");
  });
};
