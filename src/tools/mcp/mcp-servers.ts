import type { Tool } from "../contract.ts";
import type { ToolSource } from "../toolbox.ts";
import { mcpTool } from "./mcp-tool.ts";
import { McpWorker, type ServerReport } from "./mcp-worker.ts";
import type { McpServerConfig } from "./server-config.ts";

/** What operators read of the MCP servers. */
export interface McpLogger {
  /** A server answers, and has this many tools. Once per change. */
  serverReady(server: string, tools: number): void;
  /** A server cannot be reached, or has ended; it is tried again. Once per change. */
  serverAway(server: string, why: string): void;
  /** A line that a server's program has written to its standard error. */
  serverPrinted(server: string, line: string): void;
  /** A tool cannot be offered. */
  toolLeftOut(server: string, tool: string, why: string): void;
  /** An agent names a tool that its server does not have. `words` say which, and what there is. */
  toolMissing(server: string, words: string): void;
}

/** The most of a server's tools that the report of a missing one names. */
const MAX_NAMED = 20;

interface ServerState {
  /** By the name that files use. The last known ones, while the server is away. */
  tools: ReadonlyMap<string, Tool>;
  /** Why it cannot be called. Null: it can. Undefined: it has not been reached yet. */
  away: string | null | undefined;
}

/** The servers of `mcp.json`, as a source of tools. They run beside the service, and may come and go. */
export class McpServers implements ToolSource {
  readonly #states = new Map<string, ServerState>();
  readonly #worker: McpWorker;
  /** The tools that agents name one by one, such as `orders/get_order`. */
  #selected: readonly string[] = [];
  #onSettled: (() => void)[] = [];
  /** Of all servers. Undefined when it has to be made again. */
  #tools: ReadonlyMap<string, Tool> | undefined;

  constructor(private readonly logger: McpLogger) {
    this.#worker = new McpWorker((report) => this.#take(report));
  }

  /** Connects to these servers in place of earlier ones. `patterns`: the names and globs by which agents select tools. */
  setServers(servers: readonly McpServerConfig[], patterns: readonly string[] = []): void {
    this.#selected = [...new Set(patterns)].filter((name) => name.includes("/") && !name.includes("*"));
    const names = new Set(servers.map(({ name }) => name));
    for (const name of this.#states.keys()) if (!names.has(name)) this.#states.delete(name);
    for (const name of names)
      if (!this.#states.has(name)) this.#states.set(name, { tools: new Map(), away: undefined });
    this.#tools = undefined;
    this.#worker.setServers(servers);
    // Servers that did not change do not list their tools again.
    for (const [name, { away }] of this.#states) if (away === null) this.#reportMissing(name);
  }

  /** Says which of the tools that agents name a server does not have, and which there are. Null: it has them all. */
  missing(server: string): string | null {
    const tools = this.#states.get(server)?.tools ?? new Map<string, Tool>();
    const missing = this.#selected.filter((name) => name.startsWith(`${server}/`) && !tools.has(name));
    if (missing.length === 0) return null;
    const there = [...tools.keys()].slice(0, MAX_NAMED).join(", ") || "none";
    return `has no tool ${missing.join(", ")}, which agents name; there are ${there}`;
  }

  tools(): ReadonlyMap<string, Tool> {
    this.#tools ??= new Map([...this.#states.values()].flatMap(({ tools }) => [...tools]));
    return this.#tools;
  }

  /** The servers, and what is wrong with each; `ok` when nothing is. */
  health(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#states].map(([name, { away }]) => [
        name,
        away === null ? "ok" : away === undefined ? "is being connected" : `is away: ${away}`,
      ]),
    );
  }

  /** Resolves once every server has been reached, or has failed for the first time. */
  async settled(): Promise<void> {
    while ([...this.#states.values()].some(({ away }) => away === undefined))
      await new Promise<void>((resolve) => this.#onSettled.push(resolve));
  }

  close(): Promise<void> {
    return this.#worker.close();
  }

  #take(report: ServerReport): void {
    const state = this.#states.get(report.server);
    if (state === undefined) return;
    switch (report.type) {
      case "stderr":
        this.logger.serverPrinted(report.server, report.line);
        return;
      case "away":
        if (state.away !== report.why) this.logger.serverAway(report.server, report.why);
        state.away = report.why;
        break;
      case "unusable":
        this.logger.toolLeftOut(report.server, report.tool, report.why);
        return;
      case "listed":
        state.tools = new Map(
          report.tools.map((tool) => [`${report.server}/${tool.name}`, mcpTool(report.server, tool, this.#worker)]),
        );
        this.#tools = undefined;
        state.away = null;
        this.logger.serverReady(report.server, report.tools.length);
        this.#reportMissing(report.server);
    }
    for (const resolve of this.#onSettled.splice(0)) resolve();
  }

  #reportMissing(server: string): void {
    const words = this.missing(server);
    if (words !== null) this.logger.toolMissing(server, words);
  }
}
