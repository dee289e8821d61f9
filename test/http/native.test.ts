import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { solve, solved } from "../support/answers.ts";
import { nativeEvents, payloadsOf, range, seqs } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, runOf, threadOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const cancel = (userId: string, runId: string, query = "") =>
  service.post(`/api/v1/runs/${runId}/cancel?userId=${userId}${query}`, "");

describe("POST /api/v1/solve", () => {
  test("has every header that is common to all streams", async () => {
    const { response, events } = await solved(service, "headers", "t");
    expect(response.status).toBe(200);
    const common = ["content-type", "cache-control", "x-accel-buffering", "x-thread-id"];
    expect(common.map((name) => response.headers.get(name))).toEqual([
      "text/event-stream; charset=utf-8",
      "no-cache, no-transform",
      "no",
      "t",
    ]);
    expect(response.headers.get("x-run-id")).toBe(events[0]?.run_id ?? "");
    expect(response.headers.get("x-trace-id")).toMatch(/^[\x21-\x7e]+$/);
  });

  test("takes the trace id of its caller, from x-trace-id or traceparent", async () => {
    const trace = async (headers: Record<string, string>) => {
      const body = { problem: "hello", user_id: "trace" };
      const response = await service.post("/api/v1/solve", body, { headers });
      (await service.model.nextCall()).finish("ok");
      await readSse(response).toEnd();
      return response.headers.get("x-trace-id");
    };
    const hex = "0af7651916cd43dd8448eb211c80319c";
    expect(await trace({ "x-trace-id": "mine-1" })).toBe("mine-1");
    expect(await trace({ traceparent: `00-${hex}-b7ad6b7169203331-01` })).toBe(hex);
    expect(await trace({ "x-trace-id": "two words" })).not.toBe("two words");
    for (const none of ["00-nonsense", `00-${"0".repeat(32)}-b7ad6b7169203331-01`, `00-${hex}-${"0".repeat(16)}-01`]) {
      expect(await trace({ traceparent: none })).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test("sends all events in order: page_start first, credit_settled once, then done with the message's id", async () => {
    const { events } = await solved(service, "order", "t", (call) => {
      call.emit({ type: "reasoning", delta: "a greeting" });
      call.finish("Good day.");
    });
    const types = events.map(({ type }) => type);
    expect(types).toEqual([
      "page_start",
      "solve_progress",
      "node_result",
      "solve_progress",
      "solve_progress",
      "reasoning",
      "token",
      "solve_progress",
      "credit_settled",
      "done",
    ]);
    expect(payloadsOf(events, "credit_settled")).toEqual([{ input_tokens: 10, output_tokens: 5, credits: 0.03 }]);
    const { messages } = await threadOf(service, "order", "t");
    expect(payloadsOf(events, "done")).toEqual([{ message_id: messages[1]?.id ?? "", finish: "stop" }]);
    expect(messages.map(({ seq }) => seq)).toEqual([1, events.length]);
  });

  test("calls tools and shows each call with its result", async () => {
    const run = await solve(service, "tools", "t", "solve x + 1 = 3");
    const first = await service.model.nextCall();
    first.emit(
      { type: "tool_call", id: "c1", name: "solve_equation", input: { equations: ["x + 1 = 3"], variables: ["x"] } },
      { type: "tool_call", id: "c2", name: "no_such_tool", input: {} },
      { type: "finish", reason: "tool_calls", usage: { inputTokens: 1, outputTokens: 1 } },
    );
    (await service.model.nextCall()).finish("**x = 2**");
    const events = nativeEvents(await run.stream.toEnd());
    expect(payloadsOf(events, "tool_start").map(({ tool_call_id, name }) => [tool_call_id, name])).toEqual([
      ["c1", "solve_equation"],
      ["c2", "no_such_tool"],
    ]);
    // They are made side by side; the first to end is the first in the log.
    const results = payloadsOf(events, "tool_result").map(({ tool_call_id, is_error }) => [tool_call_id, is_error]);
    expect(results.toSorted()).toEqual([
      ["c1", false],
      ["c2", true],
    ]);
    expect(payloadsOf(events, "credit_settled")).toEqual([{ input_tokens: 11, output_tokens: 6, credits: 0.035 }]);
  });

  test("numbers events without a gap over all runs of a thread, including failed and cancelled ones", async () => {
    const first = await solved(service, "ids", "t");
    const failed = await solved(service, "ids", "t", (call) => {
      call.emit({ type: "text", delta: "half an ans" });
      call.fail(new ModelError("model_unavailable", "The model is away.", { retryable: false }));
    });
    const cancelled = await solved(service, "ids", "t", async (call, { stream, runId }) => {
      call.emit({ type: "text", delta: "a few wor" });
      await stream.until(({ event }) => event === "token");
      await cancel("ids", runId);
    });
    const last = await solved(service, "ids", "t");
    const all = [first, failed, cancelled, last].flatMap(({ events }) => events);
    expect(seqs(all)).toEqual(range(1, all.length));
    for (const { events } of [first, failed, cancelled, last]) {
      expect(events.map(({ type }) => type).slice(-2)[0]).toBe("credit_settled");
      expect(payloadsOf(events, "credit_settled")).toHaveLength(1);
    }
    expect(payloadsOf(failed.events, "error")).toEqual([
      { code: "model_unavailable", message: "The model is away.", recoverable: true },
    ]);
    expect(payloadsOf(cancelled.events, "error")).toMatchObject([{ code: "cancelled", recoverable: false }]);
    const { messages } = await threadOf(service, "ids", "t");
    expect(messages.map(({ content }) => content)).toEqual([
      ...["hello there", "Good day.", "hello there", "half an ans"],
      ...["hello there", "a few wor", "hello there", "Good day."],
    ]);
  });

  test("a run that fails before its first word leaves no message", async () => {
    const { events, runId } = await solved(service, "speechless", "t", (call) => call.fail(new Error("secret-reason")));
    expect(payloadsOf(events, "error")).toEqual([
      { code: "internal", message: "The server failed to answer.", recoverable: false },
    ]);
    expect((await threadOf(service, "speechless", "t")).messages).toHaveLength(1);
    expect(await runOf(service, "speechless", runId)).toMatchObject({ status: "failed", error: { code: "internal" } });
  });

  test("creates a thread id, a UUIDv7, when none is given", async () => {
    const { threadId, events } = await solved(service, "fresh", null);
    expect(threadId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(events.map(({ thread_id }) => thread_id))).toEqual(new Set([threadId]));
  });
});

describe("GET /api/v1/runs/{runId}", () => {
  test("shows a run's status from running to its end, with usage", async () => {
    const run = await solve(service, "runs", "t");
    const call = await service.model.nextCall();
    expect(await runOf(service, "runs", run.runId)).toEqual({
      run_id: run.runId,
      thread_id: "t",
      agent: "solve",
      model: "scripted",
      metadata: {},
      status: "running",
      attempt: 1,
      usage: null,
      error: null,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      ended_at: null,
      superseded_by: null,
    });
    const thread = await threadOf(service, "runs", "t");
    expect(thread.active_run).toEqual({ run_id: run.runId, status: "running" });
    call.finish("ok");
    await run.stream.toEnd();
    expect(await runOf(service, "runs", run.runId)).toMatchObject({
      status: "succeeded",
      usage: { input_tokens: 10, output_tokens: 5 },
      ended_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((await threadOf(service, "runs", "t")).active_run).toBeNull();
  });

  test("another user's run and thread are not found, and cannot be cancelled", async () => {
    const run = await solve(service, "owner", "t");
    const call = await service.model.nextCall();
    expect((await service.get(`/api/v1/runs/${run.runId}?userId=thief`)).status).toBe(404);
    expect((await service.get("/api/v1/threads/t?userId=thief")).status).toBe(404);
    expect((await service.get("/api/v1/threads/t/events?userId=thief")).status).toBe(404);
    expect((await cancel("thief", run.runId)).status).toBe(404);
    expect((await runOf(service, "owner", run.runId)).status).toBe("running");
    call.finish("mine");
    expect(nativeEvents(await run.stream.toEnd()).at(-1)?.type).toBe("done");
  });
});

describe("POST /api/v1/runs/{runId}/cancel", () => {
  test("with wait=1 answers only once the run has ended, stores the text so far, and may be repeated", async () => {
    const run = await solve(service, "wait", "t");
    const call = await service.model.nextCall();
    call.emit({ type: "text", delta: "so far" });
    await run.stream.until(({ event }) => event === "token");
    const answer = await cancel("wait", run.runId, "&wait=1");
    expect(answer.status).toBe(200);
    const ended = await answer.json();
    expect(ended).toMatchObject({ run_id: run.runId, status: "cancelled", error: { code: "cancelled" } });
    expect(call.signal.aborted).toBe(true);
    const { messages, active_run } = await threadOf(service, "wait", "t");
    expect(active_run).toBeNull();
    expect(messages.map(({ content }) => content)).toEqual(["hello there", "so far"]);
    for (const query of ["", "&wait=1", "&wait=true", "&wait=0"]) {
      expect(await (await cancel("wait", run.runId, query)).json()).toEqual(ended);
    }
    expect(payloadsOf(nativeEvents(await run.stream.toEnd()), "error")).toMatchObject([{ code: "cancelled" }]);
  });

  test("with wait=true waits as well, and any other word is refused and cancels nothing", async () => {
    const run = await solve(service, "flag", "t");
    await service.model.nextCall();
    for (const word of ["yes", "2", ""]) {
      const refused = await cancel("flag", run.runId, `&wait=${word}`);
      expect([refused.status, (await refusalOf(refused)).details]).toEqual([
        422,
        [{ path: "/wait", message: "must be true or false" }],
      ]);
    }
    expect((await runOf(service, "flag", run.runId)).status).toBe("running");
    expect(await (await cancel("flag", run.runId, "&wait=true")).json()).toMatchObject({ status: "cancelled" });
    await run.stream.toEnd();
  });

  test("does not change a run that has succeeded", async () => {
    const { runId } = await solved(service, "late", "t");
    expect(await (await cancel("late", runId, "&wait=1")).json()).toMatchObject({ status: "succeeded", error: null });
  });

  test("without wait answers at once, and the stream then ends as cancelled", async () => {
    const run = await solve(service, "nowait", "t");
    await service.model.nextCall();
    expect((await cancel("nowait", run.runId)).status).toBe(200);
    expect(payloadsOf(nativeEvents(await run.stream.toEnd()), "error")).toMatchObject([{ code: "cancelled" }]);
  });

  test("does not find an unknown run", async () => {
    expect((await cancel("u", "no-such-run")).status).toBe(404);
  });
});

describe("GET /api/v1/images/{imageId}", () => {
  test("serves the picture that image_result names, as an image that cannot run scripts", async () => {
    const run = await solve(service, "plot", "t", "plot y = x^2");
    (await service.model.nextCall()).emit(
      { type: "tool_call", id: "c1", name: "plot_function", input: { expressions: ["x^2"], from: -2, to: 2 } },
      { type: "finish", reason: "tool_calls", usage: { inputTokens: 1, outputTokens: 1 } },
    );
    (await service.model.nextCall()).finish("There it is.");
    const events = nativeEvents(await run.stream.toEnd());
    const [placeholder] = payloadsOf(events, "image_placeholder");
    const [result] = payloadsOf(events, "image_result");
    if (result === undefined || !("url" in result)) throw new Error("no picture");
    expect(result.image_id).toBe(placeholder?.image_id ?? "");
    expect(result.url).toMatch(/^[^/:]/);
    const image = await service.get(`/${result.url}`);
    expect(image.status).toBe(200);
    expect(image.headers.get("content-type")).toBe("image/svg+xml");
    expect(image.headers.get("x-content-type-options")).toBe("nosniff");
    expect(image.headers.get("content-security-policy")).toContain("sandbox");
    expect(await image.text()).toMatch(/^<svg.*<\/svg>\s*$/s);
    expect((await service.get("/api/v1/images/none")).status).toBe(404);
  });
});
