import { afterEach, expect, test } from "bun:test";
import type { EventBody } from "../../../src/domain/event.ts";
import { program, ServersUnderTest, server } from "../../support/mcp-servers.ts";

/** The messages with which a server answers one: to a call its progress and, at the same time, its result. */
const answersTo = ({ id, method, params }: Message): readonly object[] => {
  const result = (value: object) => ({ jsonrpc: "2.0", id, result: value });
  switch (method) {
    case "initialize": {
      const serverInfo = { name: "orders", version: "1.0.0" };
      return [result({ protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo })];
    }
    case "tools/list":
      return [result({ tools: [{ name: "count", inputSchema: { type: "object" } }] })];
    case "tools/call": {
      const { progressToken } = params._meta;
      const progress = { progressToken, progress: 3, total: 3, message: "step 3" };
      const report = { jsonrpc: "2.0", method: "notifications/progress", params: progress };
      return [report, result({ content: [{ type: "text", text: "counted to 3" }] })];
    }
    default:
      return [];
  }
};
interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly _meta: { readonly progressToken: number } };
}

/** Prints its answers to a message in one write, so that they arrive in one piece. */
const PROGRAM = `
  const answersTo = ${answersTo};
  for await (const line of console) {
    const answers = answersTo(JSON.parse(line));
    process.stdout.write(answers.map((answer) => JSON.stringify(answer) + "\\n").join(""));
  }`;

const serve = () =>
  Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const message = (await request.json()) as Message;
      const answers = answersTo(message);
      if (message.method === "server/discover") return new Response(null, { status: 404 });
      if (answers.length === 0) return new Response(null, { status: 202 });
      const frames = answers.map((answer) => `data: ${JSON.stringify(answer)}\n\n`).join("");
      return new Response(frames, { headers: { "content-type": "text/event-stream" } });
    },
  });

let servers: ServersUnderTest;
afterEach(() => servers.close());

const EVENTS: EventBody[] = [
  {
    type: "custom",
    payload: {
      name: "tool_progress",
      data: { tool_call_id: "c1", name: "orders__count", progress: 3, total: 3, message: "step 3" },
    },
  },
];

test("the progress of a program that arrives together with the result comes before it", async () => {
  servers = new ServersUnderTest();
  servers.setServers([program({ args: ["-e", PROGRAM] })]);
  await servers.settled();
  expect(await servers.run("orders/count")).toEqual({ events: EVENTS, value: "counted to 3" });
});

test("the progress of a server over HTTP that arrives together with the result comes before it", async () => {
  using http = serve();
  servers = new ServersUnderTest();
  servers.setServers([server(`${http.url}mcp`)]);
  await servers.settled();
  expect(await servers.run("orders/count")).toEqual({ events: EVENTS, value: "counted to 3" });
});
