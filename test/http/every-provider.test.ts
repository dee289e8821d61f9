import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Model } from "../../src/models/contract.ts";
import { providers } from "../../src/models/providers/index.ts";
import { fixedModels } from "../support/fixed-models.ts";
import { type ModelServer, modelServer, replyOf } from "../support/model-server.ts";
import { providerModel } from "../support/provider-model.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { STAND_INS } from "../support/stand-ins.ts";

const ANSWER = "Ferries sail at noon.";
const usage = { inputTokens: 12, outputTokens: 5 };

let service: TestService<Model>;
let current: Model = scriptedModel();
beforeAll(async () => {
  const models = { ...fixedModels(current), choose: async () => current };
  service = await startService<Model>({ model: current, models });
  const document = { title: "Ferries", content: ANSWER, user_id: "u" };
  expect((await service.post("/api/v1/documents", document)).status).toBe(201);
});
afterAll(() => service.stop());

/** A request of each contract, and what its answer ends with. */
const CONTRACTS = [
  ["solve", "/api/v1/solve", { problem: "What is 17 * 23?", user_id: "u" }, '"done"'],
  ["stream-v2", "/stream/v2", { message: "When do ferries sail?", userId: "u" }, "run.completed"],
  ["ask", "/ask", { question: "When do ferries sail?", user_id: "u" }, '"done"'],
  ["rag", "/rag", { question: "When do ferries sail?", user_id: "u" }, '"done"'],
  ["chat", "/api/chat", { message: "When do ferries sail?", user_id: "u" }, '"success":true'],
  [
    "generate",
    "/api/v1/generate/stream",
    { input_type: "text", content: ANSWER, auto_tags: false, auto_excerpt: false, user_id: "u" },
    "complete",
  ],
] as const;

describe.each(providers.filter(({ hasIds }) => hasIds))("the models of $name", (provider) => {
  const { wire, path } = STAND_INS[provider.name] ?? { path: "" };
  let server: ModelServer;
  beforeAll(() => {
    if (wire === undefined) throw new Error(`${provider.name} has no stand-in`);
    server = modelServer(wire);
    const settings = { apiKey: "key", baseUrl: server.url + path, region: "eu-central-1" };
    current = providerModel(provider, settings);
  });
  afterAll(() => server.drop());

  test.each(CONTRACTS)("answer on the wire of %s", async (name, address, body, end) => {
    if (wire === undefined) return;
    const before = server.received.length;
    const call = { id: "call_a1", name: "calculate", pieces: ['{"expression":', '"17 * 23"}'] };
    const rounds = name === "solve" ? [replyOf(wire, { calls: [call], usage, finish: "tool_calls" })] : [];
    server.reply(
      ...rounds,
      ...Array.from({ length: 4 }, () => replyOf(wire, { text: [ANSWER], usage, finish: "stop" })),
    );
    const text = await (await service.post(address, body)).text();
    expect(text).toContain(ANSWER);
    expect(text).toContain(end);
    expect(server.received.length).toBeGreaterThan(before);
    if (name !== "solve") return;
    const [, second] = server.received.map((request) => wire.decode(request.body));
    expect(second?.turns.find(({ role }) => role === "tool")).toMatchObject({ output: expect.stringContaining("391") });
  });
});
