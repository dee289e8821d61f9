import { type McpLogger, McpServers } from "./mcp-servers.ts";
import type { McpServerConfig } from "./server-config.ts";

/**
 * Connects to all servers at once, and leaves them again. Returns for each an attempt that throws what is wrong with it.
 */
export const checkServers = async (
  servers: readonly McpServerConfig[],
  logger: McpLogger,
): Promise<Record<string, () => Promise<void>>> => {
  const mcp = new McpServers(logger);
  mcp.setServers(servers);
  await mcp.settled();
  const states = Object.entries(mcp.health());
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
