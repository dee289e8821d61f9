import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { messagesOf } from "../support/messages-of.ts";
import { freshDatabase } from "../support/postgres.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

/** Two services on one Postgres, each with its own connections and model. */
let a: TestService<ScriptedModel>;
let b: TestService<ScriptedModel>;
beforeAll(async () => {
  const url = await freshDatabase();
  const replica = (owner: string) =>
    startService({ store: postgresStore({ url, system: realSystem }), owner, model: scriptedModel() });
  a = await replica("a");
  b = await replica("b");
}, 60_000);
afterAll(async () => {
  for (const { drain, store } of [a, b]) {
    await drain();
    await store.close();
  }
});

const ask = (service: typeof a, threadId: string, message = "hi") =>
  service.post("/stream/v2", { message, userId: "u", threadId });
const watch = async (service: typeof a, threadId: string) =>
  readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=u`));

describe("two replicas on one Postgres", () => {
  test("a reader on one follows a run on the other, live and to its end", async () => {
    const threadId = realSystem.id();
    const stream = readSse(await ask(a, threadId));
    const call = await a.model.nextCall();
    const watched = await watch(b, threadId);
    for (const word of ["one ", "two ", "three "]) {
      call.emit({ type: "text", delta: word });
      await watched.until(({ event, data }) => event === "token" && data.includes(word));
    }
    call.finish("end");
    await stream.toEnd();
    const events = await watched.toEnd();
    expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => `${threadId}:${i + 1}`));
    expect(events.at(-1)?.event).toBe("done");
    const tokens = events.filter(({ event }) => event === "token").map(({ data }) => JSON.parse(data).payload.delta);
    expect(tokens.join("")).toBe("one two three end");
  });

  test("a cancel on one stops the run on the other, and with wait returns once that has ended", async () => {
    const threadId = realSystem.id();
    const response = await ask(a, threadId);
    const stream = readSse(response);
    const call = await a.model.nextCall();
    call.emit({ type: "text", delta: "so far" });
    await stream.until(({ event }) => event === "llm.token.delta");
    const cancel = await b.post(`/api/v1/runs/${response.headers.get("x-run-id")}/cancel?wait=1&userId=u`, "");
    expect(await cancel.json()).toMatchObject({ status: "cancelled" });
    expect(call.signal.aborted).toBe(true);
    expect((await stream.toEnd()).at(-1)).toMatchObject({ event: "run.failed" });
    const thread = await (await b.get(`/api/v1/threads/${threadId}?userId=u`)).json();
    expect(thread).toMatchObject({ messages: [{ content: "hi" }, { content: "so far" }], active_run: null });
  });

  test("a cancel, a deletion or a turn that interrupts on one reaches the other's run at once, not at its next comparison with the store", async () => {
    const times: number[] = [];
    for (let round = 0; round < 12; round++) {
      const threadId = realSystem.id();
      const response = await ask(a, threadId);
      const stream = readSse(response);
      const call = await a.model.nextCall();
      const since = performance.now();
      if (round % 3 === 0) await b.post(`/api/v1/runs/${response.headers.get("x-run-id")}/cancel?userId=u`, "");
      else if (round % 3 === 1) await b.get(`/api/v1/threads/${threadId}?userId=u`, { method: "DELETE" });
      else {
        const body = { message: "instead", userId: "u", threadId };
        const next = readSse(await b.post("/stream/v2", body, { headers: { "x-multitask": "interrupt" } }));
        (await b.model.nextCall()).finish("done");
        await next.toEnd();
      }
      if (!call.signal.aborted) await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
      times.push(performance.now() - since);
      await stream.toEnd();
    }
    // The comparison comes once a second: half a second at the median.
    expect(times.toSorted((x, y) => x - y)[5]).toBeLessThan(250);
  }, 30_000);

  test("a turn that is queued on one and cancelled on the other does not start, however soon its turn comes", async () => {
    const threadId = realSystem.id();
    const first = readSse(await ask(a, threadId));
    const call = await a.model.nextCall();
    const waiting = await ask(b, threadId);
    const runId = waiting.headers.get("x-run-id");
    const waits = readSse(waiting);
    expect((await a.post(`/api/v1/runs/${runId}/cancel?userId=u`, "")).status).toBe(200);
    call.finish("1");
    await first.toEnd();
    expect((await waits.toEnd()).map(({ event }) => event)).toEqual(["run.failed"]);
    expect(await (await a.get(`/api/v1/runs/${runId}?userId=u`)).json()).toMatchObject({ status: "cancelled" });
  });

  test("a thread that is deleted and at once created again on one is not continued by the other's readers", async () => {
    const threadId = realSystem.id();
    const old = readSse(await ask(a, threadId));
    const call = await a.model.nextCall();
    call.emit({ type: "text", delta: "old words" });
    const watched = await watch(b, threadId);
    await watched.until(({ event }) => event === "token");
    expect((await a.get(`/api/v1/threads/${threadId}?userId=u`, { method: "DELETE" })).status).toBe(204);
    const anew = readSse(await ask(a, threadId));
    (await a.model.nextCall()).finish("new words");
    await Promise.all([old.toEnd(), anew.toEnd()]);
    const seen = await watched.toEnd();
    expect(JSON.stringify(seen)).not.toContain("new words");
    expect(JSON.parse(seen.at(-1)?.data ?? "")).toMatchObject({ payload: { message: "The thread was deleted." } });
  });

  test("a turn on one starts when the other's on the same thread has ended, and has its history", async () => {
    const threadId = realSystem.id();
    const first = readSse(await ask(a, threadId, "first"));
    const call = await a.model.nextCall();
    const second = readSse(await ask(b, threadId, "second"));
    const third = readSse(await ask(a, threadId, "third"));
    call.finish("1");
    const next = await b.model.nextCall();
    expect(next.request.messages.map((message) => ("content" in message ? message.content : ""))).toEqual([
      "first",
      "1",
      "second",
    ]);
    next.finish("2");
    (await a.model.nextCall()).finish("3");
    for (const stream of [first, second, third]) {
      const events = await stream.toEnd();
      expect(events.map(({ event }) => event)).toEqual(["llm.token.delta", "run.completed"]);
    }
    const log = (await a.store.events.read(`u:${threadId}`, 0, 1_000)) ?? [];
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    const messages = await messagesOf(b.store, `u:${threadId}`);
    expect(messages.map(({ content }) => content)).toEqual(["first", "1", "second", "2", "third", "3"]);
  });

  test("many turns sent to both at once run one after the other", async () => {
    const threadId = realSystem.id();
    const models = [a, b].map(async ({ model }) => {
      for (let i = 0; i < 3; i++) (await model.nextCall()).finish("answer");
    });
    const streams = await Promise.all([a, b, a, b, a, b].map((service, i) => ask(service, threadId, `${i}`)));
    const events = await Promise.all(streams.map((response) => readSse(response).toEnd()));
    await Promise.all(models);
    for (const seen of events) expect(seen.at(-1)?.event).toBe("run.completed");
    const log = await a.store.events.read(`u:${threadId}`, 0, 1_000);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    const runs = log.map(({ runId }) => runId).filter((runId, i, all) => runId !== all[i - 1]);
    expect(new Set(runs).size).toBe(runs.length);
    expect(runs).toHaveLength(6);
  }, 20_000);
});
