import { beforeAll, describe, expect, test } from "bun:test";
import { threadIdOf } from "../../src/domain/thread.ts";
import { CANCELLED } from "../../src/runs/live-run.ts";
import type { Store } from "../../src/store/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { fastSystem } from "../support/fast-system.ts";
import { agentOf, answerIn, endOf, harness, logOf, sharedStore } from "../support/harness.ts";
import { note, token } from "../support/journal.ts";
import { messagesOf } from "../support/messages-of.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { startService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { type Taps, tappedStore } from "../support/tapped-store.ts";

let real: Store;
beforeAll(async () => {
  real = await sharedStore();
}, 60_000);

const away = () => Promise.reject(new StoreError("unavailable", "away"));

/** Fails all store calls from now on; resolves at the first one that fails. */
const cut = (taps: Taps): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const refuse = () => {
    resolve();
    return away();
  };
  Object.assign(taps, { append: refuse, finish: refuse, read: refuse, begin: refuse, claim: refuse });
  return promise;
};
const mend = (taps: Taps): void => {
  for (const name of ["append", "finish", "read", "begin", "claim"] as const) taps[name] = undefined;
};

const counting = (words: number, between: (i: number) => Promise<void> | void) =>
  agentOf(async function* ({ signal }) {
    for (let i = 0; i < words; i++) {
      await between(i);
      signal.throwIfAborted();
      yield token(`${i} `);
    }
    return {};
  });

describe("an outage of the store shorter than the retry limit", () => {
  test("delays a run and has no other effect", async () => {
    const { store, taps } = tappedStore(real);
    const here = await harness({ store, system: fastSystem(), storeWaitMs: 60_000 });
    const agent = counting(10, (i) => {
      if (i === 3) void cut(taps);
      if (i === 8) setTimeout(() => mend(taps), 50);
    });
    const { live, events } = await here.start(agent);
    const seen = await events;
    expect(answerIn(seen)).toBe("0 1 2 3 4 5 6 7 8 9 ");
    expect(seen.at(-1)?.type).toBe("done");
    expect((await messagesOf(store, live.threadKey)).at(-1)?.content).toBe(answerIn(seen));
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, i) => i + 1));
  });

  test("in which commits succeed but are not acknowledged stores every event and every end once", async () => {
    const { store, taps } = tappedStore(real);
    const here = await harness({ store, system: fastSystem(), storeWaitMs: 60_000 });
    let unpublished = 0;
    const half = async <T>(call: () => Promise<T>): Promise<T> => {
      const value = await call();
      if (unpublished++ % 2 === 0) throw new StoreError("unavailable", "done, and not acknowledged");
      return value;
    };
    taps.append = (next, batch) => half(() => next(batch));
    taps.finish = (next, fence, end) => half(() => next(fence, end));
    const runs = [1, 2, 3].map(() => here.start(counting(5, () => new Promise(setImmediate))));
    for (const { live, events } of await Promise.all(runs)) {
      const seen = await events;
      expect(answerIn(seen)).toBe("0 1 2 3 4 ");
      expect(seen.at(-1)?.type).toBe("done");
      await live.ended;
      expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "succeeded" });
      expect(await logOf(store, live.threadKey)).toEqual([...seen]);
    }
    expect(unpublished).toBeGreaterThan(4);
  });
});

describe("an outage of the store while a run reads its thread's history", () => {
  const telling = agentOf(async function* ({ history }) {
    yield token(`${(await history()).length} messages`);
    return {};
  });
  /** A thread with one turn, on a store that is away for the next reads of its history, by their number. */
  const afterOne = async (times: number) => {
    let left = times;
    const { threads } = real;
    const recentTurns: typeof threads.recentTurns = (...given) => (left-- > 0 ? away() : threads.recentTurns(...given));
    const here = await harness({ store: { ...real, threads: { ...threads, recentTurns } }, system: fastSystem() });
    const first = await here.start(counting(1, () => {}));
    await first.live.ended;
    return { here, threadId: threadIdOf(first.live.threadKey), left: () => left };
  };

  test("delays it, as one does while it writes", async () => {
    const { here, threadId, left } = await afterOne(3);
    const seen = await (await here.start(telling, { threadId })).events;
    expect(answerIn(seen)).toBe("2 messages");
    expect(seen.at(-1)?.type).toBe("done");
    expect(left()).toBeLessThan(0);
  });

  test("does not keep it from being cancelled", async () => {
    const { here, threadId } = await afterOne(Number.POSITIVE_INFINITY);
    const { live, events } = await here.start(telling, { threadId });
    live.abort(CANCELLED);
    expect(endOf(await events)).toMatchObject({ code: "cancelled" });
  });
});

describe("an outage of the store longer than the retry limit", () => {
  test("fails the run, whose reader gets one terminal frame and nothing that is not stored; later the log gets its end", async () => {
    const { store, taps } = tappedStore(real);
    const service = await startService({
      store,
      owner: "outage",
      model: scriptedModel(),
      storeWaitMs: 300,
    });
    // One after another, so that the model's next call belongs to this run.
    const ask = async (threadId: string) => {
      const response = await service.post("/stream/v2", { message: "hi", userId: `o ${threadId}`, threadId });
      const call = await service.model.nextCall();
      return { threadId, call, stream: readSse(response), runId: response.headers.get("x-run-id") ?? "" };
    };
    const stored = await ask("kept");
    const gone = await ask("gone");
    const quiet = await ask("quiet");
    for (const { call, stream } of [stored, gone, quiet]) {
      call.emit({ type: "text", delta: "kept" });
      await stream.until(({ event }) => event === "llm.token.delta");
    }
    const refused = cut(taps);
    stored.call.emit({ type: "text", delta: " unkept" });
    await refused;
    // This run emits its next event while the failing commit is already under way.
    gone.call.emit({ type: "text", delta: " unkept" });
    for (const { stream } of [stored, gone]) {
      const events = await stream.toEnd();
      expect(events.map(({ event }) => event)).toEqual(["llm.token.delta", "run.failed"]);
      expect(JSON.parse(events[0]?.data ?? "").delta).toBe("kept");
      expect(events[1]?.data).toContain("store");
    }
    const refusedRun = await service.post("/stream/v2", { message: "hi", userId: "o new", threadId: "new" });
    expect(refusedRun.status).toBe(503);
    await refusedRun.body?.cancel();
    mend(taps);
    // A run that emitted nothing during the outage is not affected.
    quiet.call.finish(" all along");
    expect((await quiet.stream.toEnd()).at(-1)?.event).toBe("run.completed");
    for (const { threadId, runId } of [stored, gone]) {
      const userId = `o ${threadId}`;
      const wait = await service.post(`/api/v1/runs/${runId}/cancel?wait=1&userId=${encodeURIComponent(userId)}`, "");
      expect(await wait.json()).toMatchObject({ status: "failed", error: { code: "store_unavailable" } });
      const log = await logOf(real, `${userId}:${threadId}`);
      expect(endOf(log)).toMatchObject({ code: "store_unavailable", recoverable: true });
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
      expect((await messagesOf(real, `${userId}:${threadId}`)).at(-1)?.content).toBe(answerIn(log));
    }
    const next = readSse(await service.post("/stream/v2", { message: "hi", userId: "o new", threadId: "new" }));
    (await service.model.nextCall()).finish("works");
    expect((await next.toEnd()).at(-1)?.event).toBe("run.completed");
    await service.drain();
  }, 20_000);

  test("dismisses readers and makes the producer wait within its memory bound; when the store is back the run goes on", async () => {
    const { store, taps } = tappedStore(real);
    const here = await harness({ store, system: fastSystem(), storeWaitMs: 2_000 });
    let emitted = 0;
    const isBack = Promise.withResolvers<void>();
    const agent = agentOf(async function* () {
      void cut(taps);
      for (; emitted < 400; emitted++) yield note(emitted);
      isBack.resolve();
      return {};
    });
    const { live, events } = await here.start(agent);
    await expect(events).rejects.toThrow(StoreError);
    expect(emitted).toBeLessThanOrEqual(257);
    mend(taps);
    await isBack.promise;
    await live.ended;
    const log = await logOf(real, live.threadKey);
    expect(log.at(-1)?.type).toBe("done");
    expect(log.filter(({ type }) => type === "node_result")).toHaveLength(400);
    expect(here.registry.size).toBe(0);
  });
});

test("a run whose events the store refuses fails alone", async () => {
  const { store, taps } = tappedStore(real);
  const here = await harness({ store });
  const bad = (text: string) => text.includes("poison");
  // Tokens that wait for the same commit become one event, so the good one must be stored before the bad one is
  // emitted.
  const stored = Promise.withResolvers<void>();
  taps.append = async (next, batch) => {
    const texts = batch.flatMap(({ events }) => events.map(({ json }) => json));
    if (texts.some(bad)) throw new StoreError("failed", "refused");
    const refused = await next(batch);
    if (texts.some((text) => text.includes("good "))) stored.resolve();
    return refused;
  };
  taps.finish = async (next, fence, end) => {
    if (end.events.some(({ json }) => bad(json))) throw new StoreError("failed", "refused");
    return next(fence, end);
  };
  const poisoned = agentOf(async function* ({ signal }) {
    yield token("good ");
    await stored.promise;
    yield token("poison");
    await new Promise((stop) => signal.addEventListener("abort", stop));
    signal.throwIfAborted();
    return {};
  });
  const good = counting(20, () => new Promise(setImmediate));
  const started = await Promise.all([here.start(good), here.start(poisoned), here.start(good)]);
  const [first, middle, last] = await Promise.all(started.map(({ events }) => events));
  for (const seen of [first, last]) expect(seen?.at(-1)?.type).toBe("done");
  expect(endOf(middle ?? [])).toMatchObject({ code: "internal" });
  const key = started[1]?.live.threadKey ?? "u:";
  expect((await messagesOf(store, key)).at(-1)?.content).toBe(answerIn(middle ?? []));
});
