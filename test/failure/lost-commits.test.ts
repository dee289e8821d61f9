import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { EventSourceMessage } from "eventsource-parser";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import { answerIn, endOf, logOf } from "../support/harness.ts";
import { type LosingStore, losingStores } from "../support/losing-stores.ts";
import { messagesOf } from "../support/messages-of.ts";
import type { ScriptedCall, ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse, type SseReader } from "../support/sse.ts";

describe.each(losingStores)("%s, after a failover that has lost the last commits", (_, open) => {
  let database: LosingStore;
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    database = await open();
    service = await startService({ store: database.store });
  }, 60_000);
  afterAll(async () => {
    await service.drain();
    await database.close();
  });

  /** A run in a new thread, with readers on two wires, and its model call. */
  const running = async () => {
    const threadId = realSystem.id();
    const key: ThreadKey = `f:${threadId}`;
    const response = await service.post("/stream/v2", { message: "hi", userId: "f", threadId });
    const call = await service.model.nextCall();
    const events = readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=f`));
    return { key, threadId, call, runId: response.headers.get("x-run-id"), stream: readSse(response), events };
  };
  const emitDelta = async (call: ScriptedCall, stream: SseReader, text: string) => {
    call.emit({ type: "text", delta: text });
    await stream.until(({ data }) => data.includes(text));
  };
  /**
   * The seq of the failure that a reader received: after the reset, or in the reset's messages if the run had ended by
   * then.
   */
  const failureSeq = (reset: EventSourceMessage, { events }: SseReader): number | undefined => {
    const after = events.slice(events.indexOf(reset) + 1).findLast(({ event }) => event === "error");
    if (after !== undefined) return Number(after.id?.split(":").at(-1));
    const last = JSON.parse(reset.data).messages.at(-1);
    return last.status === "failed" ? last.seq : undefined;
  };
  const ended = async (runId: string | null) => {
    for (;;) {
      const run = await database.store.runs.get("f", runId ?? "");
      if (run !== null && run.endedAt !== null) return run;
    }
  };
  const seqsOf = (stream: SseReader) => stream.events.map(({ id }) => Number(id?.split(":").at(-1)));

  test("events that are still in memory are written again, without gap or duplicate, and the text equals the message", async () => {
    const { key, threadId, call, stream, events } = await running();
    for (const word of ["one", "two", "three"]) await emitDelta(call, events, word);
    const before = await logOf(database.store, key);
    await database.lose(key, before.length - 2);
    await emitDelta(call, events, "four");
    await database.lose(key, before.length - 1);
    // This time the run's end finds the gap.
    call.finish();
    expect((await stream.toEnd()).at(-1)?.event).toBe("run.completed");
    await events.toEnd();
    const log = await logOf(database.store, key);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    expect(log.slice(0, before.length)).toEqual([...before]);
    expect(answerIn(log)).toBe("onetwothreefour");
    expect((await messagesOf(database.store, key)).at(-1)?.content).toBe("onetwothreefour");
    expect(seqsOf(events)).toEqual(log.map(({ seq }) => seq));
    const again = readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=f`));
    await again.toEnd();
    expect(again.events.map(({ data }) => data)).toEqual(events.events.map(({ data }) => data));
  }, 30_000);

  test("a run with events that are lost for good ends as interrupted, and no reader takes the part for the whole", async () => {
    const { key, call, runId, stream, events } = await running();
    await emitDelta(call, events, "kept");
    const before = await logOf(database.store, key);
    for (let i = 0; i < 150; i++) call.emit({ type: "reasoning", delta: "hm" }, { type: "text", delta: `${i} ` });
    await emitDelta(call, events, "lost");
    await database.lose(key, before.length);
    call.emit({ type: "text", delta: "more" });
    // The stream is cut off in the middle: an orderly end would look like success.
    expect((await stream.toEnd()).map(({ event }) => event)).not.toContain("run.completed");
    expect(await stream.wasCut()).toBe(true);
    // Readers on a wire with a reset frame receive one: the log differs from what they have read.
    const reset = await events.until(({ event }) => event === "reset");
    await events.toEnd();
    const log = await logOf(database.store, key);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    expect(endOf(log)).toMatchObject({ code: "interrupted", recoverable: true });
    expect(answerIn(log)).toBe("kept");
    expect((await messagesOf(database.store, key)).at(-1)?.content).toBe("kept");
    const run = await (await service.get(`/api/v1/runs/${runId}?userId=f`)).json();
    expect(run).toMatchObject({ status: "failed", error: { code: "interrupted" } });
    expect(failureSeq(reset, events)).toBe(log.length);
    // The thread can be used again.
    const next = readSse(await service.post("/stream/v2", { message: "hi", userId: "f", threadId: key.slice(2) }));
    (await service.model.nextCall()).finish("again");
    expect((await next.toEnd()).at(-1)?.event).toBe("run.completed");
  }, 30_000);

  test("a reader on another replica that has read lost events gets a reset, and no event that the thread was deleted", async () => {
    const other = await startService({ store: database.store, owner: realSystem.id() });
    const { key, threadId, call, stream, events } = await running();
    for (const word of ["one", "two"]) await emitDelta(call, events, word);
    const there = readSse(await other.get(`/api/v1/threads/${threadId}/events?userId=f`));
    await there.until(({ data }) => data.includes("two"));
    const head = (await logOf(database.store, key)).length;
    await database.lose(key, head - 1);
    await there.until(({ event }) => event === "reset");
    expect(there.text).not.toContain("deleted");
    call.finish("three");
    await stream.toEnd();
    await there.toEnd();
    expect(there.events.at(-1)?.event).toBe("done");
    await other.drain();
  }, 30_000);

  test("a run whose end was sent to its client and then lost goes on from what is left, and a reader who stays receives that", async () => {
    const { key, threadId, call, runId, stream } = await running();
    const staying = readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=f&wait=true`));
    await emitDelta(call, staying, "one");
    const before = (await logOf(database.store, key)).length;
    call.finish("two");
    expect((await stream.toEnd()).at(-1)?.event).toBe("run.completed");
    await staying.until(({ event }) => event === "done");
    await database.loseEnd(key, before);
    await staying.until(({ event }) => event === "reset");
    (await service.model.nextCall()).finish(" and two");
    expect(await ended(runId)).toMatchObject({ status: "succeeded", attempt: 2 });
    const log = await logOf(database.store, key);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    expect(answerIn(log)).toBe("one and two");
    expect((await messagesOf(database.store, key)).at(-1)?.content).toBe(answerIn(log));
    await staying.until(({ id }) => id === `${threadId}:${log.length}`);
    expect(staying.text).not.toContain("deleted");
    await staying.leave();
  }, 30_000);
});
