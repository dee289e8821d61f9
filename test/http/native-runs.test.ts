import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { nativeEvents } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { runOf, threadOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const ask = (user_id: string, body: Record<string, unknown> = {}) =>
  service.post("/api/v1/runs", { user_id, input: { message: "hello" }, ...body });

const retry = (userId: string, runId: string) => service.post(`/api/v1/runs/${runId}/retry?userId=${userId}`, "");

/** Asks and lets the model fail. Returns the run's id. */
const failedRun = async (userId: string, body: Record<string, unknown> = {}): Promise<string> => {
  const response = await ask(userId, body);
  (await service.model.nextCall()).fail(new ModelError("model_unavailable", "Away.", { retryable: false }));
  await readSse(response).toEnd();
  return response.headers.get("x-run-id") ?? "";
};

describe("POST /api/v1/runs", () => {
  test("is answered by `solve` in the native envelope unless it names another agent", async () => {
    const nodes = async (body: Record<string, unknown>) => {
      const response = await ask("agents", body);
      (await service.model.nextCall()).finish("Good day.");
      const events = nativeEvents(await readSse(response).toEnd());
      return events
        .filter(({ type }) => type === "solve_progress")
        .map(({ payload }) => (payload as { node: string }).node);
    };
    expect((await nodes({}))[0]).toBe("understand");
    expect((await nodes({ agent: null }))[0]).toBe("understand");
    expect((await nodes({ agent: "ask" }))[0]).toBe("answer");
  });

  test("refuses an unknown agent, and one that answers only on its own endpoints, naming those that may be chosen", async () => {
    for (const agent of ["nobody", "til"]) {
      const response = await ask("agents", { agent });
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({
        error: {
          code: "not_found",
          message: "There is no such agent. There are: solve, ask, rag, chat.",
          details: [],
        },
      });
    }
  });

  test("names each wrong field, those inside `input` too", async () => {
    const wrong = { user_id: "u", agent: 7, input: { message: " ", image_urls: ["x"] }, metadata: [] };
    const response = await service.post("/api/v1/runs", wrong);
    expect(response.status).toBe(422);
    const { error } = (await response.json()) as { error: { details: { path: string }[] } };
    expect(error.details.map(({ path }) => path)).toEqual(["/agent", "/input/message", "/metadata"]);
    expect((await ask("u", { input: { message: "hi", image_urls: ["x"] } })).status).toBe(422);
    expect((await ask("u", { input: null })).status).toBe(422);
    expect((await ask("u", { metadata: { long: "x".repeat(20_000) } })).status).toBe(422);
  });

  test("names in x-ignored the fields that nobody reads", async () => {
    const response = await ask("ignored", { temperature: 1, input: { message: "hi", locale: "ko" } });
    expect(response.headers.get("x-ignored")).toBe("temperature, input.locale");
    (await service.model.nextCall()).finish("ok");
    await readSse(response).toEnd();
  });

  test("two agents answer in one thread, and the run shows agent, model and metadata", async () => {
    const first = await ask("both", { thread_id: "t", metadata: { order: 17 } });
    (await service.model.nextCall()).finish("One.");
    await readSse(first).toEnd();
    const second = await ask("both", { thread_id: "t", agent: "ask" });
    const call = await service.model.nextCall();
    expect(call.request.messages.map((message) => [message.role, "content" in message && message.content])).toEqual([
      ["user", "hello"],
      ["assistant", "One."],
      ["user", "hello"],
    ]);
    call.finish("Two.");
    await readSse(second).toEnd();
    expect(await runOf(service, "both", first.headers.get("x-run-id") ?? "")).toMatchObject({
      agent: "solve",
      model: "scripted",
      metadata: { order: 17 },
    });
    expect(await runOf(service, "both", second.headers.get("x-run-id") ?? "")).toMatchObject({
      agent: "ask",
      metadata: {},
    });
  });
});

describe("POST /api/v1/runs/{runId}/retry", () => {
  test("asks the question of a failed run again in its thread, with the same agent and metadata", async () => {
    const failed = await failedRun("again", { thread_id: "t", agent: "ask", metadata: { order: 1 } });
    const response = await retry("again", failed);
    expect(response.headers.get("x-thread-id")).toBe("t");
    (await service.model.nextCall()).finish("At last.");
    const events = nativeEvents(await readSse(response).toEnd());
    expect(events.at(-1)?.type).toBe("done");
    const runId = response.headers.get("x-run-id") ?? "";
    expect(runId).not.toBe(failed);
    expect(await runOf(service, "again", runId)).toMatchObject({
      agent: "ask",
      status: "succeeded",
      metadata: { order: 1 },
    });
    expect((await threadOf(service, "again", "t")).messages.at(-1)).toMatchObject({ content: "At last." });
  });

  test("is a conflict for a run that succeeded or is not over", async () => {
    const response = await ask("conflict");
    const runId = response.headers.get("x-run-id") ?? "";
    const call = await service.model.nextCall();
    expect((await retry("conflict", runId)).status).toBe(409);
    call.finish("ok");
    await readSse(response).toEnd();
    expect((await retry("conflict", runId)).status).toBe(409);
  });

  test("does not find another user's run, or an unknown one", async () => {
    const failed = await failedRun("mine");
    expect((await retry("thief", failed)).status).toBe(404);
    expect((await retry("mine", "01a21e45-8940-7202-af9c-905fbe9acca7")).status).toBe(404);
    expect((await retry("mine", "\0")).status).toBe(404);
  });
});

test("GET /api/v1/agents lists the agents that requests may choose, with their tools and models", async () => {
  const response = await service.get("/api/v1/agents?userId=u");
  const { agents } = (await response.json()) as { agents: Record<string, unknown>[] };
  expect(agents.map(({ name, kind, model }) => [name, kind, model])).toEqual([
    ["solve", "built-in", "scripted"],
    ["ask", "built-in", "scripted"],
    ["rag", "built-in", "scripted"],
    ["chat", "built-in", "scripted"],
  ]);
});

test("GET /api/v1/models lists the models that requests may choose", async () => {
  const response = await service.get("/api/v1/models?userId=u");
  expect(await response.json()).toEqual({ models: [{ id: "scripted" }] });
});

describe("agentConfig of POST /stream/v2", () => {
  const streamV2 = (agentConfig: object) =>
    service.post("/stream/v2", { message: "hello", userId: "cfg", agentConfig });

  test("chooses the agent and its model's settings, and names unknown fields in x-ignored", async () => {
    const response = await streamV2({ agent: "ask", temperature: 0.2, max_output_tokens: 50, "top k": 1, 여울: 2 });
    expect(response.headers.get("x-ignored")).toBe("agentConfig.top%20k, agentConfig.%EC%97%AC%EC%9A%B8");
    const call = await service.model.nextCall();
    call.finish("ok");
    await readSse(response).toEnd();
    expect(await runOf(service, "cfg", response.headers.get("x-run-id") ?? "")).toMatchObject({ agent: "ask" });
  });

  test("has no x-ignored when all of it is read, and a header of bounded length for any number of fields", async () => {
    const plain = await streamV2({ agent: null });
    expect(plain.headers.get("x-ignored")).toBeNull();
    (await service.model.nextCall()).finish("ok");
    await readSse(plain).toEnd();
    const many = await streamV2(Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`field${at}`, at])));
    expect(many.headers.get("x-ignored")?.length).toBeLessThan(1_100);
    (await service.model.nextCall()).finish("ok");
    await readSse(many).toEnd();
  });

  test("is refused with the names of the fields that are wrong", async () => {
    const response = await streamV2({ temperature: "hot", reasoning: "much" });
    expect(response.status).toBe(422);
    const { error } = (await response.json()) as { error: { details: { path: string }[] } };
    expect(error.details.map(({ path }) => path)).toEqual(["/agentConfig/temperature", "/agentConfig/reasoning"]);
    expect((await streamV2({ agent: "nobody" })).status).toBe(404);
  });
});
