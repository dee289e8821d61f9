import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "../src/check.ts";
import { readConfig } from "../src/config/read-config.ts";
import { realSystem } from "../src/domain/system.ts";
import { openLogger, serviceLogger } from "../src/logger.ts";
import { pgliteStore } from "../src/store/drivers/pglite.ts";
import { HELLO } from "./conformance/model-kit.ts";
import { type ModelServer, modelServer, type Reply, replyOf } from "./support/model-server.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "yeoul-check-"));
const DATA_DIR = join(FOLDER, "data");
afterAll(() => rmSync(FOLDER, { recursive: true }));
beforeAll(async () => {
  const store = await pgliteStore({ dataDir: DATA_DIR, system: realSystem });
  await store.migrate();
  await store.close();
}, 60_000);

const checked = async (server: ModelServer): Promise<{ readonly failed: number; readonly model: string }> => {
  const read = readConfig({ MODEL: "compatible:x", MODEL_BASE_URL: `${server.url}/v1`, DATA_DIR });
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  const lines: string[] = [];
  const agents = { agents: [], servers: [], mistakes: [], remarks: [], secrets: [] };
  const logger = serviceLogger(openLogger("silent"));
  const failed = await check(read.config, agents, logger, (line) => void lines.push(line));
  return { failed, model: lines.find((line) => line.startsWith("model")) ?? "" };
};
const refuses = (message: string): Reply => ({ status: 400, body: JSON.stringify({ error: { message } }) });
const fine = replyOf(openAiChat, HELLO);

test("check makes one real call, with a tool and instructions, and asks for one token", async () => {
  await using server = modelServer(openAiChat);
  server.reply(fine);
  expect(await checked(server)).toEqual({ failed: 0, model: "model: ok" });
  const request = openAiChat.decode(server.received[0]?.body);
  expect(server.received).toHaveLength(1);
  expect([request.tools.length, request.maxOutputTokens, request.system === ""]).toEqual([1, 16, false]);
}, 60_000);

test("check names what a model's server refuses, and the remedy", async () => {
  await using server = modelServer(openAiChat);
  server.reply(refuses("x does not support tools"), refuses("System role not supported"), fine);
  const { failed, model } = await checked(server);
  expect(failed).toBe(0);
  expect(model).toStartWith("model: ok, but it refuses tools (agents answer without their tools), system_role (");
  expect(model).toContain("--enable-auto-tool-choice");
}, 60_000);

test("check passes when the answer reached its limit, and fails when the call was refused", async () => {
  await using server = modelServer(openAiChat);
  server.reply(replyOf(openAiChat, { reasoning: ["hm"], finish: "length" }), refuses("You have no credit."));
  expect(await checked(server)).toEqual({ failed: 0, model: "model: ok" });
  expect(await checked(server)).toMatchObject({ failed: 1, model: expect.stringContaining("HTTP 400") });
}, 60_000);

test.each([
  ["ends without saying that it is over", { ...HELLO, finish: null }, "ended before it was complete"],
  ["fails in the middle", { ...HELLO, finish: { word: "network_error" } }, "ended before it was complete"],
  ["says nothing at all", { reasoning: ["hm"], finish: "stop" }, "ended without an answer"],
] as const)(
  "check fails when an answer %s, though its tokens were counted",
  async (_, answer, words) => {
    await using server = modelServer(openAiChat);
    server.reply(replyOf(openAiChat, answer));
    const { failed, model } = await checked(server);
    expect([failed, model]).toEqual([1, expect.stringContaining(words)]);
  },
  60_000,
);

test("check names everything that a call was made without, when the server gave no reason", async () => {
  await using server = modelServer(openAiChat);
  const vague = { status: 400, body: "Bad Request" };
  server.reply(vague, vague, fine);
  expect((await checked(server)).model).toBe(
    "model: ok, but it refuses tool_choice (the model chooses by itself). It gave no reason, and may refuse stream_options as well.",
  );
}, 60_000);
