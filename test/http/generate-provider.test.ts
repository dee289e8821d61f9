import { afterAll, beforeAll, expect, test } from "bun:test";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { realSystem } from "../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import { openModels } from "../../src/models/choice.ts";
import type { Model } from "../../src/models/contract.ts";
import { type ModelServer, modelServer, replyOf } from "../support/model-server.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf } from "../support/views.ts";
import { openAiResponses } from "../support/wires/openai-responses.ts";

let provider: ModelServer;
let service: TestService<Model>;
const retries: number[] = [];
const lines: string[] = [];
beforeAll(async () => {
  provider = modelServer(openAiResponses);
  const models = await openModels([{ provider: "builtin", model: "builtin" }], {
    builtin: builtinModel,
    providers: { openai: { apiKey: "sk-secret", baseUrl: `${provider.url}/v1` } },
    system: { ...realSystem, sleep: () => Promise.resolve() },
    logger: { ...noModelLogger, retry: ({ attempt }) => void retries.push(attempt) },
  });
  service = await startService<Model>({
    model: builtinModel(),
    models,
    logger: serviceLogger(openLogger("info", [], (line) => lines.push(line))),
  });
});
afterAll(async () => {
  await service.stop();
  await provider.drop();
});

const TEXT = {
  input_type: "text",
  content: "Bun reads SQL. SQL is a language.",
  auto_tags: false,
  auto_excerpt: false,
};
const generate = (given: object) => service.post("/api/v1/generate/stream", { ...TEXT, ...given });
const textReply = (text: string) =>
  replyOf(openAiResponses, { text: [text], usage: { inputTokens: 1, outputTokens: 1 }, finish: "stop" });

test("the requested provider writes, and a call with a transient failure is retried", async () => {
  provider.reply(
    { status: 503 },
    { status: 429, headers: { "retry-after": "1" } },
    textReply("Written by OpenAI."),
    textReply("Title"),
  );
  const events = await readSse(await generate({ provider: "openai" })).toEnd();
  expect(events.map(({ data }) => JSON.parse(data))).toEqual([
    { day_number: 1 },
    { chunk: "Written by OpenAI." },
    { title: "Title" },
    { success: true },
  ]);
  expect(retries).toEqual([1, 2]);
});

test("a provider that fails for good is reported without its own message, and no other is called", async () => {
  provider.reply({ status: 401, body: '{"error":{"message":"sk-secret is wrong"}}' });
  const stream = readSse(await generate({ provider: "openai" }));
  expect((await stream.toEnd()).map(({ event }) => event)).toEqual(["day_number", "error"]);
  expect(stream.text).not.toContain("sk-secret");
});

test.each([
  ["anthropic", "ANTHROPIC_API_KEY"],
  ["google", "GOOGLE_GENERATIVE_AI_API_KEY"],
])("%s without its key is refused, and %s is named in the log alone, once", async (provider, key) => {
  for (let time = 0; time < 2; time++) {
    const response = await generate({ provider });
    expect(response.status).toBe(422);
    const { message, details } = await refusalOf(response);
    expect(message).toBe("provider is not available here: leave it out, or choose another one.");
    expect(details.map(({ path }) => path)).toEqual(["/provider"]);
  }
  expect(lines.filter((line) => line.includes(key)).map((line) => JSON.parse(line))).toMatchObject([
    { level: "info", remedy: `To let requests choose ${provider}, set ${key}.` },
  ]);
});

test("without a provider the configured model writes; the built-in one writes from the text", async () => {
  const events = await readSse(await generate({})).toEnd();
  const chunks = events.flatMap(({ event, data }) => (event === "content_chunk" ? [JSON.parse(data).chunk] : []));
  expect(chunks.join("")).toContain("SQL is a language.");
  expect(events.at(-1)?.event).toBe("complete");
});
