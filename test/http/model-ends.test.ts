import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Model } from "../../src/models/contract.ts";
import { anthropic } from "../../src/models/providers/anthropic.ts";
import { compatible } from "../../src/models/providers/compatible.ts";
import { withRetry } from "../../src/models/retry.ts";
import { solve } from "../support/answers.ts";
import { type ModelServer, modelServer, type Reply, replyOf } from "../support/model-server.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { providerModel } from "../support/provider-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { anthropicMessages } from "../support/wires/anthropic.ts";
import { openAiChat } from "../support/wires/openai-chat.ts";

const KINDS = [
  ["compatible", compatible, openAiChat],
  ["anthropic", anthropic, anthropicMessages],
] as const;

describe.each(KINDS)("a run on a model of %s", (_name, provider, wire) => {
  let server: ModelServer;
  let service: TestService<Model>;
  beforeAll(async () => {
    server = modelServer(wire);
    const model = providerModel(provider, { apiKey: "key-1", baseUrl: `${server.url}/v1` });
    service = await startService({ model: withRetry(model, { system: realSystem, logger: noModelLogger }) });
  });
  afterAll(async () => {
    await service.stop();
    await server[Symbol.asyncDispose]();
  });

  const run = async (threadId: string, ...replies: readonly Reply[]) => {
    const before = server.received.length;
    server.reply(...replies);
    const { stream } = await solve(service, "u", threadId);
    const events = nativeEvents(await stream.toEnd());
    const thread = (await (await service.get(`/api/v1/threads/${threadId}?userId=u`)).json()) as {
      messages: readonly { role: string; content: string }[];
    };
    const answers = thread.messages.filter(({ role }) => role === "assistant").map(({ content }) => content);
    return { events, answers, calls: server.received.length - before, failures: payloadsOf(events, "error") };
  };

  test("thoughts in tags are reasoning, and in no message, title or later request", async () => {
    const text = ["<thi", "nk>SECRET th", "oughts</th", "ink>\n\nGood", " day."];
    const { events, answers } = await run("thoughts", replyOf(wire, { text, finish: "stop" }));
    expect(
      payloadsOf(events, "reasoning")
        .map(({ delta }) => delta)
        .join(""),
    ).toBe("SECRET thoughts");
    expect(
      payloadsOf(events, "token")
        .map(({ delta }) => delta)
        .join(""),
    ).toBe("Good day.");
    expect(answers).toEqual(["Good day."]);
    expect(await (await service.get("/api/v1/threads?userId=u")).text()).not.toContain("SECRET");
    await run("thoughts", replyOf(wire, { text: ["Yes."], finish: "stop" }));
    expect(JSON.stringify(server.received.at(-1)?.body)).not.toContain("SECRET");
    expect(JSON.stringify(server.received.at(-1)?.body)).toContain("Good day.");
  });

  test.each([
    ["reasons-only", { reasoning: ["hm"], finish: "stop" }, "The model ended without an answer."],
    ["limit", { reasoning: ["hm"], finish: "length" }, "before the first word"],
  ] as const)("an answer without text (%s) fails the run and stores no message", async (thread, answer, words) => {
    const { answers, calls, failures } = await run(thread, replyOf(wire, answer));
    expect(failures).toEqual([
      { code: "model_unavailable", message: expect.stringContaining(words), recoverable: true },
    ]);
    expect([answers, calls]).toEqual([[], 1]);
  });

  test("the state of reasoning and a tool call is sent back in the next round, and no reader sees it", async () => {
    const calls = [{ id: "call_1", name: "calculate", pieces: ['{"expression":"1+1"}'], signature: "SIGNED-CALL" }];
    const first = { reasoning: ["THOUGHT"], signature: "SIGNED-THOUGHT", calls, finish: "tool_calls" } as const;
    const { events, answers } = await run(
      "loop",
      replyOf(wire, first),
      replyOf(wire, { text: ["2."], finish: "stop" }),
    );
    expect(answers).toEqual(["2."]);
    const body = JSON.stringify(server.received.at(-1)?.body);
    const signatures = ["SIGNED-THOUGHT", "SIGNED-CALL"].filter((token) => wire.encode(first).join("").includes(token));
    expect(signatures.length).toBeGreaterThan(0);
    expect(["THOUGHT", ...signatures].filter((token) => !body.includes(`"${token}"`))).toEqual([]);
    const shown = await (await service.get("/api/v1/threads/loop/events?userId=u")).text();
    expect(JSON.stringify(events) + shown).not.toContain("SIGNED");
  });

  test("a rate limit inside a 200 is reported at once", async () => {
    const body = '{"error":{"code":"rate_limit_exceeded"}}';
    const headers = { "content-type": "application/json" };
    const { calls, failures } = await run("limited", { status: 200, headers, body });
    expect(failures).toEqual([{ code: "model_rate_limited", message: expect.any(String), recoverable: true }]);
    expect(calls).toBe(1);
  });

  test.each([401, 404])(
    "a provider's %i is final, and users do not read what an operator has to do",
    async (status) => {
      const { calls, failures } = await run(`status-${status}`, {
        status,
        body: '{"error":{"message":"no","type":"x"}}',
      });
      expect(failures).toMatchObject([{ code: "model_unavailable", recoverable: false }]);
      expect(failures[0]?.message).not.toMatch(/[A-Z]+_[A-Z]+|URL|key/);
      expect(calls).toBe(1);
    },
  );
});
