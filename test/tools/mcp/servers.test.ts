import { afterEach, describe, expect, test } from "bun:test";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { createMcpHandler, McpServer as ModernServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { MAX_RESULT_CHARS } from "../../../src/tools/mcp/shortened.ts";
import { registerTools } from "../../fixtures/mcp/register-tools.ts";
import { errorOf } from "../../support/error-of.ts";
import { HttpMcpServer, program, ServersUnderTest, server } from "../../support/mcp-servers.ts";
import { measureBlocking } from "../../support/measure-blocking.ts";
import { toolContext } from "../../support/tool-context.ts";

let servers: ServersUnderTest;
const started = async (...configured: Parameters<ServersUnderTest["setServers"]>[0]) => {
  servers = new ServersUnderTest();
  servers.setServers(configured);
  await servers.settled();
  return servers;
};
afterEach(() => servers.close());

/** The words of a failed call. */
const messageOf = async (call: Promise<unknown>): Promise<string> => {
  const error = await errorOf(call);
  return error instanceof Error ? error.message : String(error);
};

describe("a program", () => {
  test("is started with its own environment alone, and its tools are called with the user and an idempotency key", async () => {
    await started(program({ env: { ORDERS_MODE: "test" } }));
    expect(servers.health()).toEqual({ orders: "ok" });
    expect((await servers.run("orders/get_order", { number: 7 })).value).toEqual({
      number: 7,
      status: "sent",
      user: "u",
      key: "r:c1",
    });
    await servers.untilLogged("serverPrinted", "started with test and no database");
  });

  test("returns text, pictures and links, and the model reads its refusals", async () => {
    await started(program());
    expect((await servers.run("orders/echo", { text: "hi" })).value).toBe("You said hi");
    const { events, value } = await servers.run("orders/picture");
    expect(events.map(({ type }) => type)).toEqual(["image_placeholder", "image_result"]);
    expect(events[1]?.payload).toMatchObject({ media_type: "image/png", width: 1, height: 1 });
    expect(value).toMatchObject({ result: { result: "One pixel." }, images: [expect.stringMatching(/^images\//)] });
    expect((await servers.run("orders/links")).value).toMatchObject({ links: [{ name: "orders" }] });
    expect(await messageOf(servers.run("orders/refuse"))).toBe("No such order: look at the list first.");
    expect(await messageOf(servers.run("orders/get_order", { number: "x" }))).toContain("expected number");
  });

  test("may return 50 MB: the model gets the beginning and a note, and the main thread is never blocked", async () => {
    await started(program({ timeoutMs: 60_000 }));
    const { result, blockedMs } = await measureBlocking(() => servers.run("orders/big", { megabytes: 50 }));
    const { value } = result;
    expect((value as string).length).toBeLessThan(MAX_RESULT_CHARS + 200);
    expect(value).toContain("[Shortened");
    expect(blockedMs).toBeLessThan(50);
  });

  test("reports its progress as events of the run", async () => {
    await started(program());
    const { events, value } = await servers.run("orders/count", { to: 3 });
    expect(value).toBe("counted to 3");
    expect(events[0]).toEqual({
      type: "custom",
      payload: {
        name: "tool_progress",
        data: { tool_call_id: "c1", name: "orders__count", progress: 1, total: 3, message: "step 1" },
      },
    });
  });

  test("that never returns is cancelled at the deadline and at the run's end, and is notified of both", async () => {
    await started(program({ timeoutMs: 300 }));
    expect(await messageOf(servers.run("orders/never"))).toContain("did not answer within 0.3 s");
    await servers.untilLogged("serverPrinted", "never was cancelled");
    const run = new AbortController();
    servers.setServers([program()]);
    await servers.untilLogged("serverReady", "orders", 2);
    const calling = servers.run("orders/never", {}, run.signal);
    await servers.untilLogged("serverPrinted", "never began", 2);
    run.abort(new Error("over"));
    expect(await messageOf(calling)).toContain("over");
    await servers.untilLogged("serverPrinted", "never was cancelled", 2);
  });

  test("may change its tools at any time", async () => {
    await started(program());
    expect(servers.tools().has("orders/late")).toBe(false);
    expect(servers.tools()).toBe(servers.tools());
    await servers.run("orders/grow");
    await servers.untilLogged("serverReady", "orders", 2);
    expect((await servers.run("orders/late")).value).toBe("here");
  });

  test("that dies fails the call under way, and is started again for the next", async () => {
    await started(program());
    expect(await messageOf(servers.run("orders/die"))).toContain("whether die was carried out is not known");
    await servers.untilLogged("serverAway", "it ended the connection");
    expect((await servers.run("orders/echo", { text: "again" })).value).toBe("You said again");
    expect(servers.health()).toEqual({ orders: "ok" });
  });

  test("that does not exist, ends at once or speaks no MCP is reported as away with the reason, and others are not affected", async () => {
    await started(
      program({ name: "none", command: "no-such-program" }),
      program({ name: "short", args: ["-e", "process.exit(1)"] }),
      program(),
    );
    expect(servers.health()).toEqual({
      none: "is away: its command does not exist: check command and PATH",
      short: expect.stringMatching(/^is away: /),
      orders: "ok",
    });
    expect((await servers.run("orders/echo", { text: "hi" })).value).toBe("You said hi");
  });

  test("is ended when the configuration no longer names it, and stays when nothing changed", async () => {
    await started(program(), program({ name: "other" }));
    servers.setServers([program()]);
    expect([...servers.tools().keys()].every((name) => name.startsWith("orders/"))).toBe(true);
    expect((await servers.run("orders/echo", { text: "hi" })).value).toBe("You said hi");
    expect(servers.logged.filter(([what, name]) => what === "serverReady" && name === "orders")).toHaveLength(1);
  });
});

test("a tool that agents name and no server has is logged with the existing names, at once and when they change", async () => {
  servers = new ServersUnderTest();
  servers.setServers([program()], ["orders/get_ordr", "orders/echo", "orders/*"]);
  await servers.settled();
  const words = expect.stringContaining("has no tool orders/get_ordr, which agents name; there are orders/get_order");
  const missing = () => servers.logged.filter(([what]) => what === "toolMissing");
  expect(missing()).toEqual([["toolMissing", "orders", words]]);
  servers.setServers([program()], ["orders/echo"]);
  expect(servers.missing("orders")).toBeNull();
  servers.setServers([program()], ["orders/eco"]);
  expect(missing()).toHaveLength(2);
});

describe("a server over HTTP", () => {
  let http: HttpMcpServer;
  afterEach(() => http.close());
  const listening = async (register: (server: McpServer) => void = registerTools, storesEvents = true) => {
    http = new HttpMcpServer(register, storesEvents);
    return http.listen();
  };

  test("is called with the configured headers", async () => {
    await started(server(await listening(), { headers: { authorization: "Bearer wiki" } }));
    expect((await servers.run("orders/echo", { text: "hi" })).value).toBe("You said hi");
    expect(new Set(http.headers.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer wiki"]));
  });

  test("whose connection breaks during a call is resumed, and the call is made once", async () => {
    let calls = 0;
    const { promise: broken, resolve: goOn } = Promise.withResolvers<void>();
    const url = await listening((mcp) => {
      mcp.registerTool("slow", { inputSchema: {} }, async (_input, { _meta, sendNotification }) => {
        calls += 1;
        const progressToken = _meta?.progressToken ?? 0;
        await sendNotification({ method: "notifications/progress", params: { progressToken, progress: 1 } });
        await broken;
        return { content: [{ type: "text", text: "done" }] };
      });
    });
    await started(server(url));
    const calling = servers.tools().get("orders/slow")?.call({}, toolContext());
    // Its progress has arrived, so the client has the id of an event to go on after.
    expect((await calling?.next())?.value).toMatchObject({ type: "custom" });
    http.cut();
    goOn();
    expect(await calling?.next()).toMatchObject({ done: true, value: "done" });
    expect(calls).toBe(1);
  });

  test("whose connection breaks before it sent anything fails the call at once", async () => {
    const began = Promise.withResolvers<void>();
    const url = await listening((mcp) => {
      mcp.registerTool("silent", { inputSchema: {} }, () => {
        began.resolve();
        return new Promise(() => {});
      });
    }, false);
    await started(server(url));
    const calling = servers.run("orders/silent");
    await began.promise;
    http.cut();
    expect(await messageOf(calling)).toContain("whether silent was carried out is not known");
  });

  test("that restarted, and forgot the session, is connected again for the same call", async () => {
    await started(server(await listening()));
    http.forget();
    expect((await servers.run("orders/echo", { text: "hi" })).value).toBe("You said hi");
  });

  test("that is away fails the calls with a message for the model, and is called again once it is back", async () => {
    const url = await listening();
    await started(server(url));
    await http.close();
    expect(await messageOf(servers.run("orders/echo", { text: "hi" }))).toContain("orders");
    await servers.untilLogged("serverAway", "orders");
    await http.listen(Number(new URL(url).port));
    await servers.untilLogged("serverReady", "orders", 2);
    expect((await servers.run("orders/echo", { text: "hi" })).value).toBe("You said hi");
  });
});

test("a server of the stateless protocol revision is called in that revision", async () => {
  const handler = createMcpHandler(() => {
    const modern = new ModernServer({ name: "orders", version: "2.0.0" }, { capabilities: { tools: {} } });
    modern.registerTool("echo", { inputSchema: z.object({ text: z.string() }) }, async ({ text }) => ({
      content: [{ type: "text", text: `You said ${text}` }],
    }));
    return modern;
  });
  using http = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => handler.fetch(request) });
  await started(server(`${http.url}mcp`));
  expect((await servers.run("orders/echo", { text: "hi" })).value).toBe("You said hi");
});
