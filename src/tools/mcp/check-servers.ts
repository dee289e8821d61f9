import { type McpLogger, McpServers } from "./mcp-servers.ts";
import type { McpServerConfig } from "./server-config.ts";

/**
 * Connects to all servers at once, and disconnects again. `patterns`: the names and globs by which agents select tools.
 * Returns for each server an attempt that throws what is wrong with it.
 */
export const checkServers = async (
  servers: readonly McpServerConfig[],
  patterns: readonly string[],
  logger: McpLogger,
): Promise<Record<string, () => Promise<void>>> => {
  const mcp = new McpServers(logger);
  mcp.setServers(servers, patterns);
  await mcp.settled();
  const states = Object.entries(mcp.health()).map(
    ([name, state]) => [name, state === "ok" ? (mcp.missing(name) ?? "ok") : state] as const,
  );
  await mcp.close();
  return Object.fromEntries(
    states.map(([name, state]) => [
      `mcp/${name}`,
      async () => {
        if (state !== "ok") throw new Error(state);
      },
    ]),
  );
};
