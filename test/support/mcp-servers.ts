import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { type EventStore, StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { type McpLogger, McpServers } from "../../src/tools/mcp/mcp-servers.ts";
import type { HttpConfig, StdioConfig } from "../../src/tools/mcp/server-config.ts";
import { finish, toolContext } from "./tool-context.ts";

const PROGRAM = join(import.meta.dir, "../fixtures/mcp/stdio-server.ts");

/** The program of the fixtures, as `mcp.json` would name it. */
export const program = (given: Partial<StdioConfig> = {}): StdioConfig => ({
  kind: "stdio",
  name: "orders",
  command: process.execPath,
  args: [PROGRAM],
  env: {},
  cwd: import.meta.dir,
  timeoutMs: 20_000,
  ...given,
});

export const server = (url: string, given: Partial<HttpConfig> = {}): HttpConfig => ({
  kind: "http",
  name: "orders",
  url,
  headers: {},
  timeoutMs: 20_000,
  ...given,
});

type Entry = readonly [what: keyof McpLogger, ...facts: readonly unknown[]];

/** The servers under test, with what they log. */
export class ServersUnderTest extends McpServers {
  readonly logged: Entry[];
  readonly #waiting: (() => void)[];

  constructor() {
    const logged: Entry[] = [];
    const waiting: (() => void)[] = [];
    const log =
      (what: keyof McpLogger) =>
      (...facts: readonly unknown[]) => {
        logged.push([what, ...facts]);
        for (const resolve of waiting.splice(0)) resolve();
      };
    super({
      serverReady: log("serverReady"),
      serverAway: log("serverAway"),
      serverPrinted: log("serverPrinted"),
      toolLeftOut: log("toolLeftOut"),
      toolMissing: log("toolMissing"),
    });
    this.logged = logged;
    this.#waiting = waiting;
  }

  /** Resolves once this is logged, `times` times in all. */
  async untilLogged(what: keyof McpLogger, text: string, times = 1): Promise<void> {
    const found = () => this.logged.filter((entry) => entry[0] === what && entry.join(" ").includes(text)).length;
    while (found() < times) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Calls a tool by the name that files use. Rejects with a ToolError when the model is told one. */
  async run(name: string, input: object = {}, signal?: AbortSignal) {
    const tool = this.tools().get(name);
    if (tool === undefined) throw new Error(`there is no tool ${name}`);
    return await finish(tool.call(input, toolContext(signal === undefined ? {} : { signal })));
  }
}

/** Keeps what was sent on a stream, so that a client can go on after any event of it. */
class Events implements EventStore {
  readonly #events: { readonly id: string; readonly streamId: string; readonly message: never }[] = [];

  async storeEvent(streamId: string, message: unknown): Promise<string> {
    const id = `${streamId}_${this.#events.length}`;
    this.#events.push({ id, streamId, message: message as never });
    return id;
  }

  async replayEventsAfter(
    lastId: string,
    { send }: { send: (id: string, message: never) => Promise<void> },
  ): Promise<string> {
    const at = this.#events.findIndex(({ id }) => id === lastId);
    const streamId = this.#events[at]?.streamId ?? "";
    for (const event of this.#events.slice(at + 1))
      if (event.streamId === streamId) await send(event.id, event.message);
    return streamId;
  }
}

/** A server over Streamable HTTP with sessions and stored events, by the SDK of the first revisions. */
export class HttpMcpServer {
  readonly #http: HttpServer;
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #sockets = new Set<Socket>();
  /** The headers of each request. */
  readonly headers: IncomingMessage["headers"][] = [];

  constructor(
    private readonly register: (server: McpServer) => void,
    private readonly storesEvents = true,
  ) {
    this.#http = createServer((request, response) => void this.#serve(request, response));
    this.#http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(port, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/mcp`;
  }

  /** Breaks every connection, as a proxy that restarts does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Forgets all sessions, as a server that restarts does. */
  forget(): void {
    this.#sessions.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.headers.push(request.headers);
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? this.#sessions.get(id) : undefined;
    if (id !== undefined && known === undefined) {
      response.writeHead(404).end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
      return;
    }
    await (known ?? (await this.#session())).handleRequest(request, response);
  }

  async #session(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      ...(this.storesEvents && { eventStore: new Events() }),
      onsessioninitialized: (id) => void this.#sessions.set(id, transport),
    });
    const server = new McpServer({ name: "orders", version: "1.0.0" });
    this.register(server);
    await server.connect(transport as never);
    return transport;
  }
}
