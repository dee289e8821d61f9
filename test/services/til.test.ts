import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { readWriting, type WritingForm } from "../../src/models/writing.ts";
import type { ScriptedCall, ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse, type SseReader } from "../support/sse.ts";
import { runOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

interface Described {
  readonly runId: string;
  readonly stream: SseReader;
  readonly calls: Readonly<Record<WritingForm, ScriptedCall>>;
}

/** A run whose note is written and that waits for title, excerpt and tags. */
const describing = async (): Promise<Described> => {
  const response = await service.post("/api/v1/generate/stream", { input_type: "text", content: "Bun reads SQL." });
  (await service.model.nextCall()).finish("Bun reads SQL.");
  const calls = await Promise.all([1, 2, 3].map(() => service.model.nextCall()));
  const byForm = Object.fromEntries(calls.map((call) => [readWriting(call.request)?.form, call]));
  return {
    runId: response.headers.get("x-run-id") ?? "",
    stream: readSse(response),
    calls: byForm as Described["calls"],
  };
};
const named = (stream: SseReader) => stream.events.map(({ event }) => event);

describe("title, excerpt and tags", () => {
  test("are requested at the same time, and emitted in the order of the contract whichever comes first", async () => {
    const { runId, stream, calls } = await describing();
    calls.tags.finish('["bun"]');
    calls.excerpt.finish("Bun.");
    await stream.until(({ event }) => event === "content_chunk");
    expect(named(stream)).toEqual(["day_number", "content_chunk"]);
    calls.title.finish("Bun");
    await stream.toEnd();
    expect(named(stream)).toEqual(["day_number", "content_chunk", "title", "excerpt", "tags", "complete"]);
    // Four calls, each of 10 tokens in and 5 out.
    expect((await runOf(service, "default_user", runId)).usage).toEqual({ input_tokens: 40, output_tokens: 20 });
  });

  test("are not waited for any longer once one has failed", async () => {
    const { stream, calls } = await describing();
    calls.excerpt.finish("Bun.");
    calls.title.fail(new ModelError("model_refused", "no", { retryable: false }));
    await stream.toEnd();
    expect(named(stream)).toEqual(["day_number", "content_chunk", "error"]);
    expect(calls.tags.signal.aborted).toBe(true);
  });

  test("are aborted with the run when it is cancelled", async () => {
    const { runId, stream, calls } = await describing();
    await service.post(`/api/v1/runs/${runId}/cancel?wait=1&userId=default_user`, "");
    await stream.toEnd();
    expect(JSON.parse(stream.events.at(-1)?.data ?? "")).toEqual({ error: "The answer was cancelled." });
    expect(Object.values(calls).map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
  });
});

test("a client that leaves does not stop the run: the note is complete in the thread's log", async () => {
  const headers = { "x-user-id": "leaver" };
  const body = { input_type: "text", content: "Bun reads SQL.", auto_tags: false, auto_excerpt: false };
  const response = await service.post("/api/v1/generate/stream", body, { headers });
  const threadId = response.headers.get("x-thread-id") ?? "";
  const stream = readSse(response);
  await stream.until(({ event }) => event === "day_number");
  await stream.leave();
  const log = readSse(await service.get(`/api/v1/threads/${threadId}/events?after=0`, { headers }));
  (await service.model.nextCall()).finish("Bun reads SQL.");
  (await service.model.nextCall()).finish("Bun");
  const events = (await log.toEnd()).map(({ event, data }) => ({ event, payload: JSON.parse(data).payload }));
  expect(events.flatMap(({ event, payload }) => (event === "node_result" ? [payload] : []))).toEqual([
    { node: "day_number", output: 1 },
    { node: "title", output: "Bun" },
  ]);
  expect(events.at(-1)?.event).toBe("done");
  expect(Object.keys(events.at(-1)?.payload)).toEqual(["message_id", "finish"]);
});
