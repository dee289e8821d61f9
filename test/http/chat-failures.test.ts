import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { openModels } from "../../src/models/choice.ts";
import { type Model, ModelError } from "../../src/models/contract.ts";
import { parseModelSpecs } from "../../src/models/spec.ts";
import { HELLO } from "../conformance/model-kit.ts";
import { chatFrames } from "../support/chat.ts";
import { heldTimeout } from "../support/held-sleeps.ts";
import { modelServer, replyOf } from "../support/model-server.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { openAiChat } from "../support/wires/openai-chat.ts";

describe("a failed run of the agent chat", () => {
  let service: TestService<ScriptedModel>;
  const timeouts = heldTimeout(13_000);
  beforeAll(async () => {
    service = await startService({
      system: timeouts.system,
      model: scriptedModel(),
      env: { CHAT_TIMEOUT: "13s" },
    });
  });
  afterAll(() => service.stop());

  const failure = (code: ModelError["code"]) => new ModelError(code, "sk-secret", { retryable: false });
  test.each([
    ["model_unavailable", 502, "ConnectionError"],
    ["model_rate_limited", 429, "RateLimitError"],
    ["model_refused", 502, "RefusalError"],
  ] as const)("%s: status %d in one piece, %s in a stream", async (code, status, error) => {
    const whole = service.post("/api/chat", { message: "hi" });
    (await service.model.nextCall()).fail(failure(code));
    const response = await whole;
    expect(response.status).toBe(status);
    const body = await response.json();
    expect(body).toEqual({ success: false, error: expect.any(String) });
    expect(JSON.stringify(body)).not.toContain("sk-secret");
    const stream = readSse(
      await service.post("/api/chat/stream", { message: "안녕" }, { headers: { "accept-language": "ko" } }),
    );
    (await service.model.nextCall()).fail(failure(code));
    const last = (await chatFrames(stream)).at(-1);
    expect(last).toEqual({ type: "error", data: { error, message: expect.stringMatching(/[가-힣]/) } });
  });

  test("an unexpected failure is reported as InternalError without details", async () => {
    const stream = readSse(await service.post("/api/chat/stream", { message: "hi" }));
    (await service.model.nextCall()).fail(new Error("sk-secret"));
    expect((await chatFrames(stream)).at(-1)).toEqual({
      type: "error",
      data: { error: "InternalError", message: "The server failed." },
    });
  });

  test("a run that takes longer than CHAT_TIMEOUT ends with Timeout and 504", async () => {
    const stream = readSse(await service.post("/api/chat/stream", { message: "hi" }));
    const whole = service.post("/api/chat", { message: "hi" });
    for (const _ of [1, 2]) await service.model.nextCall();
    await timeouts.end();
    const last = (await chatFrames(stream)).at(-1);
    expect(last).toMatchObject({ type: "error", data: { error: "Timeout" } });
    const response = await whole;
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ success: false });
  });

  test("other agents have their own timeout", async () => {
    const response = await service.post("/ask", { question: "hi" });
    const call = await service.model.nextCall();
    const chat = readSse(await service.post("/api/chat/stream", { message: "hi" }));
    await service.model.nextCall();
    await timeouts.end();
    expect((await chatFrames(chat)).at(-1)).toMatchObject({ data: { error: "Timeout" } });
    call.finish("late");
    expect(await response.text()).toContain('"late"');
  });
});

test("a temperature alone chooses no model: it reaches the one of MODEL, and a retry has it too", async () => {
  await using server = modelServer(openAiChat);
  const models = await openModels(parseModelSpecs("compatible:a,compatible:b") ?? [], {
    providers: { compatible: { baseUrl: `${server.url}/v1` } },
    system: realSystem,
    logger: noModelLogger,
  });
  const service = await startService<Model>({ model: models.standard, models });
  const no = { status: 401, body: "" };
  server.reply(no, no, replyOf(openAiChat, HELLO));
  const failed = await service.post("/api/chat", { message: "hi", llm_config: { temperature: 0.5 } });
  const runId = failed.headers.get("x-run-id") ?? "";
  expect(failed.status).toBe(502);
  await readSse(await service.post(`/api/v1/runs/${runId}/retry?userId=default_user`, "")).toEnd();
  expect(server.received.map(({ body }) => body)).toMatchObject([
    { model: "a", temperature: 0.5 },
    { model: "b", temperature: 0.5 },
    { model: "a", temperature: 0.5 },
  ]);
  await service.stop();
});
