import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { foldAnswer } from "../../src/domain/answer.ts";
import { type EventBody, isTerminal, type LogEvent } from "../../src/domain/event.ts";
import { type ThreadKey, threadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { solve, solved } from "../support/answers.ts";
import { foldAll, joined, logged } from "../support/folding.ts";
import { type NativeEvent, nativeEvents, payloadsOf } from "../support/native-events.ts";
import { endAt, newRun, started } from "../support/runs.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { stores } from "../support/stores.ts";

const WORDS = Array.from({ length: 290 }, (_, at) => `word ${at}, 여울 `);
const TEXT = WORDS.join("");
const ERROR = { code: "internal", message: "The server failed to answer." } as const;

describe.each(stores)("a thread whose runs are folded in %s", (_name, open) => {
  let store: Store;
  let service: TestService<ScriptedModel>;
  /** Called before each page of a log is read. */
  let beforePage = async (_key: ThreadKey): Promise<void> => {};
  beforeAll(async () => {
    store = await open();
    const { events } = store;
    const read: typeof events.read = async (key, after, limit) => {
      if (limit > 1) await beforePage(key);
      return events.read(key, after, limit);
    };
    // Only the test packs and folds.
    const packing = { ...store.packing, pack: async () => null };
    service = await startService({ store: { ...store, packing, events: { ...events, read } } });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await store.close();
  });

  /** A turn of 300 events, as an agent writes it and a service ends it. */
  const turn = async (key: ThreadKey, isFailed = false): Promise<{ readonly runId: string; readonly last: number }> => {
    const run = newRun(key);
    const { fence, lastSeq } = await started(store, run);
    const progress = { node: "answer", stage: "answer", message: "" };
    const last: EventBody = isFailed
      ? { type: "error", payload: { ...ERROR, recoverable: false } }
      : { type: "done", payload: { message_id: run.runId, finish: "stop", result: { text: "whole" } } };
    const events = logged(run.runId, lastSeq, [
      { type: "page_start", payload: { title: "Rivers" } },
      { type: "solve_progress", payload: { ...progress, status: "in_progress" } },
      ...["so", " the", " river"].map((delta): EventBody => ({ type: "reasoning", payload: { delta } })),
      { type: "tool_start", payload: { tool_call_id: "c", name: "look", input: { q: 1 } } },
      { type: "tool_result", payload: { tool_call_id: "c", name: "look", output: "found", is_error: false } },
      ...WORDS.map((delta): EventBody => ({ type: "token", payload: { delta } })),
      { type: "solve_progress", payload: { ...progress, status: "completed" } },
      { type: "credit_settled", payload: { input_tokens: 1, output_tokens: 290, credits: 1 } },
      last,
    ]);
    const { content, detail } = foldAnswer(events).answer();
    const message = { id: run.runId, content, detail: JSON.stringify(detail) };
    const status = isFailed ? "failed" : "succeeded";
    const end = endAt(fence, lastSeq, { events, message, status, error: isFailed ? ERROR : null });
    expect(await store.runs.finish(fence, end)).toBe("ended");
    return { runId: run.runId, last: lastSeq + events.length };
  };

  const framesOf = async (path: string, headers: Record<string, string> = {}) => {
    const response = await service.get(path, { headers });
    if (response.status !== 200) return response.status;
    return readSse(response).toEnd();
  };
  const eventsOf = async (user: string, query = "", headers: Record<string, string> = {}) => {
    const frames = await framesOf(`/api/v1/threads/t/events?userId=${user}${query}`, headers);
    if (typeof frames === "number") throw new Error(`refused with ${frames}`);
    return nativeEvents(frames);
  };
  const bodyOf = async (path: string): Promise<unknown> => (await service.get(path)).json();

  /** What the envelope shows of a log once its deltas are joined. */
  const joinedEvents = (events: readonly NativeEvent[]) => {
    const log = events.map(
      ({ run_id, seq, type, at, payload }): LogEvent => ({
        ...{ runId: run_id, seq, type, at: Date.parse(at), json: JSON.stringify(payload) },
      }),
    );
    return joined(log).map(({ seq, type, at, json }) => ({
      seq,
      type,
      at,
      payload: JSON.parse(json) as NativeEvent["payload"],
    }));
  };
  const shown = (events: readonly NativeEvent[]) =>
    events.map(({ seq, type, at, payload }) => ({ seq, type, at: Date.parse(at), payload }));

  test("is replayed from its beginning run by run, each whole and with one end under its own seq", async () => {
    const [first, second] = [await turn("whole:t"), await turn("whole:t", true)];
    const thread = await bodyOf("/api/v1/threads/t?userId=whole");
    const run = await bodyOf(`/api/v1/runs/${first.runId}?userId=whole`);
    const before = await eventsOf("whole");
    expect(await foldAll(store)).toBe(before.length);
    const after = await eventsOf("whole");
    expect(shown(after)).toEqual(joinedEvents(before));
    expect(after.map(({ run_id }) => run_id)).toEqual(
      [...Map.groupBy(after, ({ run_id }) => run_id)].flatMap(([id, { length }]) => Array.from({ length }, () => id)),
    );
    for (const { runId } of [first, second]) {
      const mine = after.filter(({ run_id }) => run_id === runId);
      expect(mine[0]?.type).toBe("page_start");
      expect(payloadsOf(mine, "token").map(({ delta }) => delta)).toEqual([TEXT]);
      expect(mine.filter(({ type }) => isTerminal(type))).toEqual([mine.at(-1)] as NativeEvent[]);
    }
    expect(after.length).toBe(2 * 9);
    expect(await bodyOf("/api/v1/threads/t?userId=whole")).toEqual(thread);
    expect(await bodyOf(`/api/v1/runs/${first.runId}?userId=whole`)).toEqual(run);
  }, 60_000);

  test("goes on behind a run's end, and answers a place inside a run with a reset", async () => {
    const [first, second] = [await turn("cursor:t"), await turn("cursor:t")];
    await foldAll(store);
    const all = await eventsOf("cursor");
    const rest = all.filter(({ run_id }) => run_id === second.runId);
    const { last } = first;
    expect(await eventsOf("cursor", `&after=${last}`)).toEqual(rest);
    expect(await eventsOf("cursor", "", { "last-event-id": `t:${last}` })).toEqual(rest);
    expect(await eventsOf("cursor", "&after=0")).toEqual(all);
    const { messages } = (await bodyOf("/api/v1/threads/t?userId=cursor")) as { messages: { content: string }[] };
    expect(messages.map(({ content }) => content).filter((content) => content === TEXT)).toHaveLength(2);
    for (const seq of [1, 2, 10, last - 1, last + 1, last + 20]) {
      const frames = await framesOf("/api/v1/threads/t/events?userId=cursor", { "last-event-id": `t:${seq}` });
      if (typeof frames === "number") throw new Error(`refused with ${frames}`);
      expect(frames.map(({ event }) => event)).toEqual(["reset"]);
      expect(JSON.parse(frames[0]?.data ?? "")).toMatchObject({ type: "reset", first_seq: 1, messages });
      // The reset's id is a place to go on from.
      expect(frames[0]?.id).toBe(`t:${all.at(-1)?.seq}`);
    }
    expect(await framesOf(`/api/v1/threads/t/events?userId=cursor&after=${all.at(-1)?.seq}`)).toBe(204);
    // With a run under way the events that follow come next.
    const { stream } = await solve(service, "cursor", "t");
    const call = await service.model.nextCall();
    const reader = readSse(await service.get("/api/v1/threads/t/events?userId=cursor&after=10"));
    await reader.until(({ event }) => event === "reset");
    call.finish("end");
    const [, ...live] = await reader.toEnd();
    expect(nativeEvents(live)).toEqual(
      nativeEvents(await stream.toEnd()).filter(({ seq }) => seq > Number(live[0]?.id?.split(":")[1]) - 1),
    );
  }, 60_000);

  test("is read without a gap or a repeat by a reader under way when it is folded", async () => {
    for (let at = 0; at < 3; at++) await turn("reader:t");
    const key = threadKey("reader", "t");
    const before = await eventsOf("reader");
    let pages = 0;
    beforePage = async (of) => {
      // The first page of 200 events ends in the middle of the text.
      if (of === key && ++pages === 2) await foldAll(store);
    };
    const frames = await framesOf("/api/v1/threads/t/events?userId=reader");
    beforePage = async () => {};
    if (typeof frames === "number") throw new Error(`refused with ${frames}`);
    const at = frames.findIndex(({ event }) => event === "reset");
    expect(nativeEvents(frames.slice(0, at))).toEqual(before.slice(0, 200));
    expect(frames).toHaveLength(201);
    const { messages } = JSON.parse(frames[at]?.data ?? "") as { messages: { content: string }[] };
    expect(messages.filter(({ content }) => content === TEXT)).toHaveLength(3);
  }, 60_000);

  test("is rejoined by an EventSource: behind the end there is nothing, anywhere else the run comes whole", async () => {
    const path = `/api/chat/stream?${new URLSearchParams({ message: "hi", user_id: "source", stream_tokens: "true" })}`;
    await turn("source:t");
    const { runId, last } = await turn("source:t");
    await turn("source:t");
    const rejoined = async (seq: number) => framesOf(path, { "last-event-id": `${runId}:${seq}` });
    const before = await rejoined(0);
    if (typeof before === "number") throw new Error(`refused with ${before}`);
    await foldAll(store);
    const dataOf = (frames: readonly { readonly data: string }[]) =>
      frames.map(({ data }) => JSON.parse(data) as { type: string; data: { content?: string } });
    const text = (frames: readonly { readonly data: string }[]) =>
      dataOf(frames)
        .flatMap(({ type, data }) => (type === "token" ? [data.content ?? ""] : []))
        .join("");
    const others = (frames: readonly { readonly data: string }[]) =>
      dataOf(frames).filter(({ type }) => type !== "token");
    for (const seq of [0, last - 299, last - 200, last - 1, last + 1, 1]) {
      const again = await rejoined(seq);
      if (typeof again === "number") throw new Error(`refused with ${again}`);
      expect(text(again)).toBe(TEXT);
      expect(others(again)).toEqual(others(before));
      expect(again.at(-1)?.id).toBe(`${runId}:${last}`);
      expect(again.length).toBeLessThan(before.length / 10);
    }
    expect(await rejoined(last)).toBe(204);
  }, 60_000);

  test("is left by an EventSource under way when it is folded, which comes back and gets the run whole", async () => {
    const path = `/api/chat/stream?${new URLSearchParams({ message: "hi", user_id: "under", stream_tokens: "true" })}`;
    const { runId, last } = await turn("under:t");
    const key = threadKey("under", "t");
    let pages = 0;
    beforePage = async (of) => {
      if (of === key && ++pages === 2) await foldAll(store);
    };
    const left = await framesOf(path, { "last-event-id": `${runId}:0` });
    beforePage = async () => {};
    if (typeof left === "number") throw new Error(`refused with ${left}`);
    expect(left.map(({ data }) => (JSON.parse(data) as { type: string }).type)).not.toContain("final");
    expect(left.at(-1)?.id).toBe(`${runId}:200`);
    const again = await framesOf(path, { "last-event-id": `${runId}:200` });
    if (typeof again === "number") throw new Error(`refused with ${again}`);
    expect(again.at(-1)?.id).toBe(`${runId}:${last}`);
    expect(
      again.filter(({ data }) => data.includes('"type":"token"')).map(({ data }) => JSON.parse(data).data),
    ).toEqual([{ content: TEXT }]);
  }, 60_000);

  test("is retried, forked and deleted as any other", async () => {
    const { runId } = await solved(service, "more", "t", "Good day.");
    const failed = await turn("more:t", true);
    await foldAll(store);
    const retried = await service.post(`/api/v1/runs/${failed.runId}/retry?userId=more`, {});
    expect(retried.status).toBe(200);
    const stream = readSse(retried);
    (await service.model.nextCall()).finish("Again.");
    const [start] = nativeEvents(await stream.toEnd());
    expect(start?.payload).toMatchObject({ supersedes: [failed.runId] });
    await foldAll(store);
    const { checkpoints } = (await bodyOf("/api/v1/threads/t/checkpoints?userId=more")) as {
      checkpoints: { checkpoint_id: string; run_id: string }[];
    };
    const point = checkpoints.findLast(({ run_id }) => run_id === runId)?.checkpoint_id;
    const forked = await service.post("/api/v1/threads/t/fork?userId=more", {
      checkpoint_id: point,
      thread_id: "copy",
    });
    expect(forked.status).toBeLessThan(300);
    const { messages } = (await bodyOf("/api/v1/threads/copy?userId=more")) as { messages: { content: string }[] };
    expect(messages.map(({ content }) => content)).toEqual(["hello there", "Good day."]);
    const copied = nativeEvents(
      (await framesOf("/api/v1/threads/copy/events?userId=more")) as Parameters<typeof nativeEvents>[0],
    );
    expect(copied.filter(({ type }) => isTerminal(type))).toHaveLength(1);
    expect(copied.at(-1)?.type).toBe("done");
    expect((await service.get("/api/v1/threads/t?userId=more", { method: "DELETE" })).status).toBeLessThan(300);
    expect((await service.get("/api/v1/threads/t/events?userId=more")).status).toBe(404);
    expect((await service.get("/api/v1/threads/copy/events?userId=more")).status).toBe(200);
  }, 60_000);
});
