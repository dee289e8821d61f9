/** How an MCP server is reached, from `mcp.json`, with its variables filled in. */
export type McpServerConfig = StdioConfig | HttpConfig;

interface CommonConfig {
  /** The name by which files refer to its tools: `orders` in `orders/get_order`. */
  readonly name: string;
  /** The most time that one call may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** A program that is started, and exchanges messages over its standard input and output. */
export interface StdioConfig extends CommonConfig {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** Besides the few variables that every program needs (`PATH`, `HOME` …). Nothing else of ours is passed on. */
  readonly env: Readonly<Record<string, string>>;
  /** An absolute path. */
  readonly cwd: string;
}

/** A server that is reached over Streamable HTTP. */
export interface HttpConfig extends CommonConfig {
  readonly kind: "http";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
