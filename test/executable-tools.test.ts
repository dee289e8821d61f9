import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { registerTools } from "./fixtures/mcp/register-tools.ts";
import { type Box, box } from "./support/executable.ts";
import { HttpMcpServer } from "./support/mcp-servers.ts";
import { type ModelServer, modelServer, replyOf } from "./support/model-server.ts";
import { nativeEvents } from "./support/native-events.ts";
import { readSse } from "./support/sse.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const PROGRAM = join(import.meta.dir, "fixtures/mcp/stdio-server.ts");

let alone: Box;
let model: ModelServer;
let wiki: HttpMcpServer;
let service: Awaited<ReturnType<Box["serve"]>>;

const write = (name: string, text: string) => writeFileSync(join(alone.path, "agents", name), text);

beforeAll(async () => {
  alone = await box();
  model = modelServer(openAiChat);
  wiki = new HttpMcpServer(registerTools);
  const url = await wiki.listen();
  mkdirSync(join(alone.path, "agents"));
  write(
    "mcp.json",
    JSON.stringify({
      mcpServers: {
        orders: { command: "${BUN}", args: [PROGRAM] },
        wiki: { url, headers: { authorization: "Bearer ${WIKI_TOKEN}" } },
        gone: { command: "no-such-program" },
      },
    }),
  );
  write("support.md", "---\ntools: [orders/*, wiki/echo]\n---\nYou help customers with their orders.\n");
  service = await alone.serve({
    MODEL: "compatible:any",
    MODEL_BASE_URL: `${model.url}/v1`,
    BUN: process.execPath,
    WIKI_TOKEN: "quokka-token",
  });
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await wiki?.close();
  await model?.drop();
  alone?.[Symbol.dispose]();
});

/** Asks the agent; the model calls one tool, then answers. Returns the run's events. */
const eventsAfterCall = async (name: string, input: object) => {
  const call = { id: "c1", name, pieces: [JSON.stringify(input)] };
  model.reply(
    replyOf(openAiChat, { calls: [call], finish: "tool_calls" }),
    replyOf(openAiChat, { text: ["It is sent."], finish: "stop" }),
  );
  const response = await fetch(`${service.url}/api/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ agent: "support", input: { message: "Where is my order?" }, user_id: "u1" }),
  });
  return nativeEvents(await readSse(response).toEnd());
};

describe("an agent with the tools of MCP servers, in the executable alone", () => {
  test("offers them to its model under names that every provider takes, and calls them", async () => {
    const events = await eventsAfterCall("orders__get_order", { number: 7 });
    const result = events.find(({ type }) => type === "tool_result");
    expect(result?.payload).toMatchObject({
      name: "orders__get_order",
      output: { number: 7, user: "u1" },
      is_error: false,
    });
    expect(events.at(-1)?.type).toBe("done");
    const request = openAiChat.decode(model.received[0]?.body);
    expect(request.tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["orders__get_order", "wiki__echo"]));
    expect(request.tools.some(({ name }) => name === "wiki__get_order")).toBe(false);
  });

  test("calls a server over HTTP with its headers", async () => {
    const events = await eventsAfterCall("wiki__echo", { text: "hi" });
    expect(events.find(({ type }) => type === "tool_result")?.payload).toMatchObject({ output: "You said hi" });
    expect(new Set(wiki.headers.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer quokka-token"]));
  });

  test("is ready while a server is away, and health names that server", async () => {
    const response = await fetch(`${service.url}/api/v1/health`);
    expect(response.status).toBe(200);
    expect((await response.json()) as object).toMatchObject({
      status: "ready",
      checks: {
        "mcp/orders": "ok",
        "mcp/wiki": "ok",
        "mcp/gone": "is away: its command does not exist: check command and PATH",
      },
    });
  });

  test("`check` names each server, and mistakes of mcp.json end a start with their lines", async () => {
    const env = {
      MODEL: "builtin",
      BUN: process.execPath,
      WIKI_TOKEN: "quokka-token",
      DATA_DIR: join(alone.path, "other"),
    };
    const { stdout, stderr } = await alone.run(["check"], env);
    expect(stdout).toContain("mcp/orders: ok");
    expect(stderr).not.toContain("is ready");
    expect(stdout).toContain("mcp/gone: is away");
    const wrong = await box();
    try {
      mkdirSync(join(wrong.path, "agents"));
      writeFileSync(join(wrong.path, "agents/mcp.json"), '{"mcpServers": {\n"a": {"command": "${NO_SUCH}"}}}');
      writeFileSync(join(wrong.path, "agents/b.md"), "---\ntools: [a/*, c/*]\n---\nHi.\n");
      const { code, stderr } = await wrong.run([]);
      expect(code).toBe(2);
      expect(stderr).toContain("agents/mcp.json:2: mcpServers.a.command refers to the environment variable NO_SUCH");
      expect(stderr).toContain("agents/b.md:2");
      expect(stderr).not.toContain("no server a");
    } finally {
      wrong[Symbol.dispose]();
    }
  });
});
