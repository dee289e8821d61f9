import { StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { MAX_MESSAGE_BYTES } from "./max-message.ts";
import { ProgramTransport } from "./program-transport.ts";
import type { McpServerConfig } from "./server-config.ts";
import { wholeLines } from "./whole-lines.ts";

/**
 * Opens the transport to a server. What the server prints for operators goes to `onStderr`, a line at a time, as does
 * why a connection was ended from here.
 */
export const transportTo = (server: McpServerConfig, onStderr: (line: string) => void): Transport => {
  if (server.kind === "stdio") return new ProgramTransport(server, onStderr);
  return new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: server.headers },
    fetch: async (url, init) =>
      wholeLines(await fetch(url, init), {
        onExcess: () => onStderr(`(a message is longer than ${MAX_MESSAGE_BYTES} bytes; the connection is ended)`),
      }),
    // A call's stream that breaks is resumed by its last event's id, where the server keeps events.
    reconnectionOptions: {
      initialReconnectionDelay: 250,
      maxReconnectionDelay: 10_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 6,
    },
  });
};
