import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { solve } from "../support/answers.ts";
import { nativeEvents, range, seqs } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { runOf, threadOf } from "../support/views.ts";
import { tap } from "../support/wire-tap.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService({ env: { HEARTBEAT_INTERVAL: "20ms" } });
});
afterAll(() => service.stop());

const events = (userId: string, threadId: string, after = 0) =>
  service.get(`/api/v1/threads/${threadId}/events?userId=${userId}&after=${after}`);

describe("a client that leaves in the middle of an answer", () => {
  test.each(["/stream/v2", "/api/v1/solve"])(
    "does not stop the run on %s: the thread has the complete answer",
    async (path) => {
      const userId = path === "/stream/v2" ? "leaver" : "leaver-native";
      const body = { message: "hello", userId, threadId: "t", problem: "hello", user_id: userId, thread_id: "t" };
      const response = await service.post(path, body);
      const runId = response.headers.get("x-run-id") ?? "";
      const stream = readSse(response);
      const call = await service.model.nextCall();
      call.emit({ type: "text", delta: "Good " });
      await stream.until(({ data }) => data.includes("Good "));
      await stream.leave();
      const follower = readSse(await events(userId, "t"));
      for (const delta of ["day, ", "and ", "good "]) call.emit({ type: "text", delta });
      await follower.until(({ data }) => data.includes("good "));
      expect(call.signal.aborted).toBe(false);
      call.finish("night.");
      expect(nativeEvents(await follower.toEnd()).at(-1)?.type).toBe("done");
      expect((await runOf(service, userId, runId)).status).toBe("succeeded");
      expect((await threadOf(service, userId, "t")).messages.at(-1)?.content).toBe("Good day, and good night.");
    },
  );

  test("does not stop the run when it breaks the connection before the answer has started", async () => {
    const wire = await tap(service.url);
    const body = JSON.stringify({ message: "hello", userId: "rude", threadId: "t" });
    const head = `POST /stream/v2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    wire.socket.write(`${head}\r\n\r\n${body}`);
    const call = await service.model.nextCall();
    wire.socket.resetAndDestroy();
    const follower = readSse(await events("rude", "t"));
    call.finish("all of it");
    await follower.toEnd();
    expect((await threadOf(service, "rude", "t")).messages.at(-1)?.content).toBe("all of it");
  });

  test("does not stop the run when a hundred leave at once", async () => {
    const run = await solve(service, "many", "t");
    const call = await service.model.nextCall();
    const readers = await Promise.all(range(1, 100).map(async () => readSse(await events("many", "t"))));
    await Promise.all(readers.map((reader) => reader.until(({ event }) => event === "solve_progress")));
    await Promise.all(readers.map((reader) => reader.leave()));
    call.finish("still here");
    expect(nativeEvents(await run.stream.toEnd()).at(-1)?.type).toBe("done");
  });
});

test("two readers of one run, and one that comes late, see the same events", async () => {
  const run = await solve(service, "pair", "t");
  const call = await service.model.nextCall();
  const second = readSse(await events("pair", "t"));
  call.emit({ type: "text", delta: "one " });
  await second.until(({ event }) => event === "token");
  const late = readSse(await events("pair", "t"));
  await late.until(({ event }) => event === "token");
  call.emit({ type: "text", delta: "two " });
  call.finish("three");
  const [a, b, c] = await Promise.all([run.stream.toEnd(), second.toEnd(), late.toEnd()]);
  expect(seqs(nativeEvents(a))).toEqual(range(1, a.length));
  expect(b).toEqual([...a]);
  expect(c).toEqual([...a]);
});

describe("a model that sends nothing", () => {
  test("does not delay the headers and a first comment", async () => {
    const wire = await tap(service.url);
    const body = JSON.stringify({ message: "hello", userId: "first", threadId: "t" });
    const head = `POST /stream/v2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    wire.socket.write(`${head}\r\n\r\n${body}`);
    const received = await wire.until((text) => text.includes("\r\n\r\n") && text.includes(":\n\n"));
    const [headers = "", start = ""] = received.split("\r\n\r\n");
    expect(headers).toStartWith("HTTP/1.1 200");
    expect(start).toMatch(/^[0-9a-f]+\r\n:\n\n/);
    expect(received).not.toContain("event:");
    wire.close();
    (await service.model.nextCall()).finish("ok");
  });

  test("is bridged in every stream by comments, which no reader receives as events", async () => {
    const adapter = readSse(await service.post("/stream/v2", { message: "hi", userId: "beat", threadId: "t" }));
    const call = await service.model.nextCall();
    const native = readSse(await events("beat", "t"));
    const waiting = await solve(service, "beat", "t");
    await Promise.all([adapter, native, waiting.stream].map((stream) => stream.untilComments(4)));
    expect(adapter.events).toEqual([]);
    expect(waiting.stream.events).toEqual([]);
    call.finish("ok");
    (await service.model.nextCall()).finish("ok");
    for (const stream of [adapter, native, waiting.stream]) {
      await stream.toEnd();
      // Every frame is a comment or a parsed event.
      expect(stream.text.split("\n\n").filter((frame) => frame === ":")).toHaveLength(stream.comments);
      expect(stream.text.split("\n\n")).toHaveLength(stream.comments + stream.events.length + 1);
    }
  });
});
