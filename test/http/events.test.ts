import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { EventSourceMessage } from "eventsource-parser";
import { solve, solved } from "../support/answers.ts";
import { type NativeEvent, nativeEvents, range, seqs } from "../support/native-events.ts";
import { memoryStore } from "../support/pglite.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse, type SseReader } from "../support/sse.ts";
import { refusalOf, threadOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const events = (userId: string, threadId: string, query = "", headers: Record<string, string> = {}) =>
  service.get(`/api/v1/threads/${encodeURIComponent(threadId)}/events?userId=${userId}${query}`, { headers });
const read = async (...given: Parameters<typeof events>): Promise<SseReader> => {
  const response = await events(...given);
  expect(response.status).toBe(200);
  return readSse(response);
};
const toEnd = async (...given: Parameters<typeof events>): Promise<readonly NativeEvent[]> =>
  nativeEvents(await (await read(...given)).toEnd());

describe("GET /api/v1/threads/{threadId}/events", () => {
  test("replays all runs of a thread as they were streamed, then ends", async () => {
    const first = await solved(service, "replay", "t");
    const second = await solved(service, "replay", "t");
    expect(await toEnd("replay", "t")).toEqual([...first.events, ...second.events]);
  });

  test("has the headers that are common to all streams", async () => {
    const { events: logged } = await solved(service, "common", "t");
    const response = await events("common", "t", "", { "x-trace-id": "mine" });
    const names = ["content-type", "cache-control", "x-accel-buffering", "x-thread-id", "x-trace-id"];
    expect(names.map((name) => response.headers.get(name))).toEqual([
      "text/event-stream; charset=utf-8",
      "no-cache, no-transform",
      "no",
      "t",
      "mine",
    ]);
    expect(response.headers.get("x-run-id")).toBe(logged[0]?.run_id ?? "");
    await readSse(response).leave();
  });

  test("answers 204 when there are no events to send, and 404 when there is no such thread", async () => {
    const { events: logged } = await solved(service, "quiet", "t");
    const last = logged.length;
    for (const [query, headers] of [
      [`&after=${last}`, {}],
      ["", { "last-event-id": `t:${last}` }],
      ["", { "last-event-id": `${last}` }],
    ] as const) {
      const response = await events("quiet", "t", query, headers);
      expect([response.status, await response.text()]).toEqual([204, ""]);
    }
    expect((await events("quiet", "never")).status).toBe(404);
  });

  test("a reader that reconnects after any event gets each of the others once", async () => {
    const { events: logged } = await solved(service, "cut", "t", (call) => {
      for (let i = 0; i < 4; i++) {
        call.emit({ type: "text", delta: `word ${i} ` }, { type: "reasoning", delta: "hm" });
      }
      call.finish("end");
    });
    for (const cut of range(0, logged.length - 1)) {
      const rest = logged.slice(cut);
      expect(await toEnd("cut", "t", `&after=${cut}`)).toEqual(rest);
      if (cut > 0) expect(await toEnd("cut", "t", "", { "last-event-id": `t:${cut}` })).toEqual(rest);
    }
  });

  test("Last-Event-ID takes precedence over `after`, because an EventSource reconnects to its first address", async () => {
    const { events: logged } = await solved(service, "both", "t");
    expect(await toEnd("both", "t", "&after=1", { "last-event-id": "t:5" })).toEqual(logged.slice(5));
  });

  test("follows a run live from wherever the reader stopped, cut at every event", async () => {
    const run = await solve(service, "live", "t");
    const call = await service.model.nextCall();
    const got: EventSourceMessage[] = [];
    let last = 0;
    for (let i = 0; i < 12; i++) {
      const reader = await read("live", "t", `&after=${last}`);
      call.emit({ type: "text", delta: `${i} ` });
      const next = await reader.until(({ id }) => Number(id?.split(":")[1]) === last + 1);
      got.push(next);
      last++;
      await reader.leave();
    }
    const rest = await read("live", "t", `&after=${last}`);
    call.finish("end");
    const all = nativeEvents([...got, ...(await rest.toEnd())]);
    expect(all).toEqual(nativeEvents(await run.stream.toEnd()));
    expect(seqs(all)).toEqual(range(1, all.length));
  });

  test("goes on from run to run while the thread has queued turns, and ends after the last", async () => {
    const first = await solve(service, "chain", "t");
    const second = await solve(service, "chain", "t");
    const reader = await read("chain", "t");
    (await service.model.nextCall()).finish("one");
    (await service.model.nextCall()).finish("two");
    const all = nativeEvents(await reader.toEnd());
    const [a, b] = await Promise.all([first.stream.toEnd(), second.stream.toEnd()]);
    expect(all).toEqual([...nativeEvents(a), ...nativeEvents(b)]);
  });

  test("an id that no event ever had is answered with a reset that has the messages and the active run", async () => {
    const { events: logged } = await solved(service, "reset", "t");
    for (const id of [`t:${logged.length + 1}`, "other:3", "nonsense", "t:-1", "t:1e3"]) {
      const frames = await (await read("reset", "t", "", { "last-event-id": id })).toEnd();
      expect(frames.map(({ event }) => event)).toEqual(["reset"]);
      const { messages } = await threadOf(service, "reset", "t");
      expect(JSON.parse(frames[0]?.data ?? "")).toEqual({
        type: "reset",
        thread_id: "t",
        first_seq: 1,
        messages,
        has_more: false,
      });
      expect(frames[0]?.id).toBe(`t:${logged.length}`);
      expect((await events("reset", "t", "", { "last-event-id": frames[0]?.id ?? "" })).status).toBe(204);
    }
    const run = await solve(service, "reset", "t");
    const call = await service.model.nextCall();
    const reader = await read("reset", "t", "&after=999999");
    await reader.until(({ event }) => event === "reset");
    call.finish("more");
    const [reset, ...rest] = await reader.toEnd();
    const snapshot = JSON.parse(reset?.data ?? "").messages as { content: string; seq: number }[];
    const from = snapshot.at(-1)?.seq ?? 0;
    expect(snapshot.map(({ content }) => content)).toEqual(["hello there", "Good day.", "hello there"]);
    expect(nativeEvents(rest)).toEqual(nativeEvents(await run.stream.toEnd()).filter(({ seq }) => seq > from));
  });

  test("an id of a deleted thread is not valid in a new thread of the same name", async () => {
    const { events: old } = await solved(service, "anew", "t");
    const last = old.at(-1)?.seq ?? 0;
    expect((await service.get("/api/v1/threads/t?userId=anew", { method: "DELETE" })).ok).toBe(true);
    const { events: logged } = await solved(service, "anew", "t");
    expect(logged[0]?.seq).toBe(last + 2);
    for (const query of ["", "&after=0"]) expect(await toEnd("anew", "t", query)).toEqual(logged);
    for (const seq of [1, last, last + 1]) {
      const [reset] = await (await read("anew", "t", "", { "last-event-id": `t:${seq}` })).toEnd();
      expect(reset?.event).toBe("reset");
      expect(JSON.parse(reset?.data ?? "")).toMatchObject({ first_seq: last + 2, messages: [{ seq: last + 2 }, {}] });
    }
    expect(await toEnd("anew", "t", `&after=${last + 2}`)).toEqual(logged.slice(1));
  });

  test("with wait=true a reader stays while the thread is idle and receives later runs", async () => {
    const { events: first } = await solved(service, "stays", "t");
    const reader = await read("stays", "t", `&after=${first.length}&wait=true`);
    // Idle: only the opening comment, where a reader without `wait` gets 204.
    expect((await events("stays", "t", `&after=${first.length}`)).status).toBe(204);
    const { events: second } = await solved(service, "stays", "t");
    const { events: third } = await solved(service, "stays", "t");
    const last = third.at(-1)?.seq ?? 0;
    await reader.until(({ id }) => id === `t:${last}`);
    expect(nativeEvents(reader.events)).toEqual([...second, ...third]);
    const reset = await read("stays", "t", "&wait=1", { "last-event-id": "t:999" });
    expect((await reset.until(({ event }) => event === "reset")).id).toBe(`t:${last}`);
    const { events: fourth } = await solved(service, "stays", "t");
    await reset.until(({ id }) => id === `t:${fourth.at(-1)?.seq}`);
    expect(nativeEvents(reset.events.slice(1))).toEqual([...fourth]);
    await Promise.all([reader.leave(), reset.leave()]);
  });

  test("a reader that waits receives heartbeats, and an event when its thread is deleted", async () => {
    const beating = await startService({ env: { HEARTBEAT_INTERVAL: "20ms" } });
    try {
      await solved(beating, "beats", "t");
      const reader = readSse(await beating.get("/api/v1/threads/t/events?userId=beats&wait=true"));
      await reader.untilComments(4);
      await beating.get("/api/v1/threads/t?userId=beats", { method: "DELETE" });
      expect((await reader.toEnd()).at(-1)?.event).toBe("error");
    } finally {
      await beating.stop();
    }
  }, 20_000);

  test("a reader that comes just when its thread is deleted elsewhere is told so, and does not wait", async () => {
    const store = await memoryStore();
    const { bounds } = store.events;
    const dying = await startService({
      store: {
        ...store,
        events: {
          ...store.events,
          bounds: async (key) => {
            const found = await bounds(key);
            await store.threads.delete(key);
            return found;
          },
        },
      },
    });
    try {
      await solved(dying, "dying", "t");
      const seen = await readSse(await dying.get("/api/v1/threads/t/events?userId=dying")).toEnd();
      expect(seen.map(({ event, data }) => [event, JSON.parse(data).payload.message])).toEqual([
        ["error", "The thread was deleted."],
      ]);
    } finally {
      await dying.stop();
      await store.close();
    }
  });

  test("a `wait` that is neither true nor false is refused", async () => {
    await solved(service, "neither", "t");
    for (const wait of ["", "yes", "2"]) {
      const response = await events("neither", "t", `&wait=${wait}`);
      expect([wait, response.status]).toEqual([wait, 422]);
      expect((await refusalOf(response)).details).toMatchObject([{ path: "/wait" }]);
    }
    for (const wait of ["false", "0"]) expect((await events("neither", "t", `&wait=${wait}&after=1`)).status).toBe(200);
  });

  test("an `after` that is no number is refused", async () => {
    await solved(service, "after", "t");
    for (const after of ["abc", "-1", "1.5", "1e3", "9".repeat(40), "", "%00"]) {
      const response = await events("after", "t", `&after=${after}`);
      expect(response.status).toBe(422);
      expect((await refusalOf(response)).details).toMatchObject([{ path: "/after" }]);
    }
  });
});
