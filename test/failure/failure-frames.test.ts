import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { endOf, logOf } from "../support/harness.ts";
import { messagesOf } from "../support/messages-of.ts";
import { memoryStore } from "../support/pglite.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse, type SseReader } from "../support/sse.ts";
import { type Taps, tappedStore } from "../support/tapped-store.ts";

let real: Store;
let store: Store;
let taps: Taps;
let service: TestService<ScriptedModel>;
beforeAll(async () => {
  real = await memoryStore();
  ({ store, taps } = tappedStore(real));
  service = await startService({ store, storeWaitMs: 300 });
}, 60_000);
afterAll(async () => {
  await service.drain();
  await real.close();
});

/** Fails all store calls from now on. `isUntried` says that they certainly had no effect. */
const cut = (isUntried: boolean): void => {
  const away = () => Promise.reject(new StoreError("unavailable", "away", { isUntried }));
  Object.assign(taps, { append: away, finish: away, read: away, begin: away, claim: away });
};
const mend = (): void => {
  for (const name of ["append", "finish", "read", "begin", "claim"] as const) taps[name] = undefined;
};

interface Wire {
  readonly name: string;
  ask(threadId: string): Promise<Response>;
  /** Occurs in the stream's terminal frame and in no other frame. */
  readonly end: RegExp;
}
const USER = "t";
const post = (path: string, body: (threadId: string) => object) => (threadId: string) =>
  service.post(path, { ...body(threadId) });

const comingBack: readonly Wire[] = [
  {
    name: "the native envelope",
    ask: post("/api/v1/solve", (thread_id) => ({ problem: "hi", user_id: USER, thread_id })),
    end: /event: (?:done|error)/,
  },
  {
    name: "GET /ask",
    ask: (threadId) => service.get(`/ask?question=hi&user_id=${USER}&thread_id=${threadId}`),
    end: /"type":"(?:done|error)"/,
  },
];
const others: readonly Wire[] = [
  {
    name: "POST /stream/v2",
    ask: post("/stream/v2", (threadId) => ({ message: "hi", userId: USER, threadId })),
    end: /run\.(?:completed|failed)/,
  },
  {
    name: "POST /ask",
    ask: post("/ask", (thread_id) => ({ question: "hi", user_id: USER, thread_id })),
    end: /"type":"(?:done|error)"/,
  },
];

/** A run that has emitted a word that its reader has received. */
const startedRun = async ({ ask }: Wire) => {
  const threadId = realSystem.id();
  const response = await ask(threadId);
  const stream = readSse(response);
  const call = await service.model.nextCall();
  call.emit({ type: "text", delta: "seen" });
  await stream.until(({ data }) => data.includes("seen"));
  return { key: `${USER}:${threadId}` as const, call, stream, runId: response.headers.get("x-run-id") ?? "" };
};
const ended = async (runId: string) => {
  for (;;) {
    const run = await real.runs.get(USER, runId);
    if (run !== null && run.endedAt !== null) return run;
  }
};
const over = async (stream: SseReader): Promise<string> => {
  await stream.toEnd();
  return stream.text;
};

describe.each(comingBack)("a client of $name, which reconnects by itself", (wire) => {
  test("gets no terminal frame when the store stays unavailable: the stream ends in order, and the run goes on and is stored", async () => {
    const { key, call, stream, runId } = await startedRun(wire);
    cut(true);
    call.finish(" unseen");
    const text = await over(stream);
    expect(text).toMatch(/\nretry: \d+\n\n$/);
    expect(text).not.toMatch(wire.end);
    expect(await stream.wasCut()).toBe(false);
    mend();
    expect(await ended(runId)).toMatchObject({ status: "succeeded" });
    expect((await messagesOf(real, key)).at(-1)?.content).toBe("seen unseen");
  }, 20_000);
});

describe.each(others)("a client of $name, which cannot reconnect", (wire) => {
  test("receives that its run has failed, and the run has failed although its model had finished", async () => {
    const { key, call, stream, runId } = await startedRun(wire);
    cut(true);
    call.finish(" unseen");
    expect(await over(stream)).toMatch(wire.end);
    expect(await stream.wasCut()).toBe(false);
    mend();
    expect(await ended(runId)).toMatchObject({ status: "failed", error: { code: "store_unavailable" } });
    const log = await logOf(real, key);
    expect(endOf(log)).toMatchObject({ code: "store_unavailable", recoverable: true });
    expect(log.filter(({ type }) => type === "done" || type === "error")).toHaveLength(1);
    // What the run had emitted before is stored all the same.
    expect((await messagesOf(real, key)).at(-1)?.content).toBe("seen unseen");
  }, 20_000);

  test("is cut off when the outcome is uncertain, because the run's end may have been stored", async () => {
    const { call, stream, runId } = await startedRun(wire);
    // The store commits the end without acknowledging it, then becomes unavailable.
    taps.finish = async (next, fence, end) => {
      await next(fence, end);
      cut(false);
      throw new StoreError("unavailable", "kept, and not acknowledged");
    };
    call.finish(" unseen");
    expect(await over(stream)).not.toMatch(wire.end);
    expect(await stream.wasCut()).toBe(true);
    mend();
    expect(await ended(runId)).toMatchObject({ status: "succeeded" });
  }, 20_000);
});

test("when readers of both kinds follow one run, the one that reconnects gets the end that the other received", async () => {
  const [native] = comingBack;
  const [wire] = others;
  if (native === undefined || wire === undefined) throw new Error("no wires");
  const { key, call, stream, runId } = await startedRun(wire);
  const threadId = key.slice(USER.length + 1);
  const watching = readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=${USER}`));
  await watching.until(({ data }) => data.includes("seen"));
  cut(true);
  call.emit({ type: "text", delta: " more" });
  expect(await over(stream)).toMatch(wire.end);
  expect(await over(watching)).not.toMatch(native.end);
  mend();
  expect(await ended(runId)).toMatchObject({ status: "failed" });
  const last = watching.events.at(-1)?.id ?? "";
  const headers = { "last-event-id": last };
  const back = readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=${USER}`, { headers }));
  await back.toEnd();
  expect(back.events.at(-1)).toMatchObject({ event: "error", data: expect.stringContaining("store_unavailable") });
}, 20_000);

test("a non-streaming response that cannot wait any longer says that the run goes on, not that it has failed", async () => {
  const body = { message: "hi", user_id: USER, conversation_id: realSystem.id() };
  const answer = service.post("/api/chat", body);
  const call = await service.model.nextCall();
  const held = Promise.withResolvers<void>();
  taps.finish = async (next, fence, end) => {
    await next(fence, end);
    cut(false);
    held.resolve();
    throw new StoreError("unavailable", "kept, and not acknowledged");
  };
  call.finish("an answer");
  await held.promise;
  const response = await answer;
  mend();
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).not.toBeNull();
  expect(await response.text()).toContain("the run continues");
}, 20_000);

test("a process that leaves a run to another cuts off its readers, and none sees an end of the run", async () => {
  const leaving = await startService({ store, owner: realSystem.id(), env: { DRAIN_TIMEOUT: "10ms" } });
  const threadId = realSystem.id();
  const first = readSse(await service.post("/stream/v2", { message: "hi", userId: USER, threadId }));
  const call = await service.model.nextCall();
  const response = await leaving.post("/stream/v2", { message: "hi", userId: USER, threadId });
  const waiting = readSse(response);
  const native = readSse(await leaving.post("/api/v1/solve", { problem: "hi", user_id: USER, thread_id: threadId }));
  await leaving.drain();
  expect(await over(waiting)).not.toMatch(/run\./);
  expect(await waiting.wasCut()).toBe(true);
  expect(await over(native)).not.toMatch(/event: error/);
  expect(await native.wasCut()).toBe(false);
  expect(await real.runs.get(USER, response.headers.get("x-run-id") ?? "")).toMatchObject({ status: "queued" });
  call.finish("done");
  expect((await first.toEnd()).at(-1)?.event).toBe("run.completed");
}, 30_000);
