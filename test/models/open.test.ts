import { describe, expect, test } from "bun:test";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { realSystem } from "../../src/domain/system.ts";
import { type ModelOptions, modelFrom } from "../../src/models/open.ts";
import { parseModelSpecs } from "../../src/models/spec.ts";
import { partsOf } from "../support/model-parts.ts";
import { modelServer, replyOf } from "../support/model-server.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { ANSWER, REQUEST } from "../support/stub-model.ts";
import { openAiChat } from "../support/wires/openai-chat.ts";

const KEYED = { apiKey: "key" };
const options = (providers: ModelOptions["providers"] = {}): ModelOptions => ({
  providers,
  builtin: builtinModel,
  system: { ...realSystem, sleep: () => Promise.resolve() },
  logger: noModelLogger,
});
const from = (text: string, providers?: ModelOptions["providers"]) =>
  modelFrom(parseModelSpecs(text) ?? [], options(providers));

describe("the configured model", () => {
  test("has the configured id, even when its own id contains colons", async () => {
    const providers = { openai: KEYED, anthropic: KEYED, google: KEYED, compatible: { baseUrl: "http://x" } };
    for (const id of ["builtin", "openai:gpt-5", "anthropic:claude", "google:gemini", "compatible:qwen3:8b"]) {
      expect((await from(id, providers)).id).toBe(id);
    }
    expect((await from("openai:gpt-5, builtin", providers)).id).toBe("openai:gpt-5,builtin");
  });

  test.each([
    ["openai:x", "OPENAI_API_KEY"],
    ["anthropic:x", "ANTHROPIC_API_KEY"],
    ["google:x", "GOOGLE_GENERATIVE_AI_API_KEY"],
    ["compatible:x", "MODEL_BASE_URL"],
  ])("%s is not opened without %s", async (id, variable) => {
    await expect(from(id)).rejects.toThrow(variable);
  });

  test("is called again when it fails, then the next one is called", async () => {
    await using server = modelServer(openAiChat);
    await using spare = modelServer(openAiChat);
    const failing = { baseUrl: `${server.url}/v1` };
    const text = replyOf(openAiChat, { text: ["hello"], usage: { inputTokens: 1, outputTokens: 1 }, finish: "stop" });
    server.reply({ status: 503 }, { status: 429 }, text);
    const one = await from("compatible:x", { compatible: failing });
    expect(await partsOf(one, REQUEST, { signal: new AbortController().signal })).toEqual([...ANSWER]);
    expect(server.received).toHaveLength(3);
    const providers = { compatible: failing, openai: { apiKey: "key", baseUrl: `${spare.url}/v1` } };
    const two = await from("openai:y,compatible:x", providers);
    server.reply(text);
    expect(await partsOf(two, REQUEST, { signal: new AbortController().signal })).toEqual([...ANSWER]);
  });
});
