import { McpConnection } from "./connection.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type { McpServerConfig } from "./server-config.ts";

declare const self: { onmessage: ((event: MessageEvent<ToWorker>) => void) | null };

const post = (message: FromWorker): void => postMessage(message);

/** Each server's connection, and the configuration that it was made with, as JSON. */
const connections = new Map<string, { readonly connection: McpConnection; readonly configured: string }>();
const calls = new Map<number, AbortController>();

/** Keeps the connections of servers that have not changed. */
const setServers = async (servers: readonly McpServerConfig[]): Promise<void> => {
  const next = new Map(servers.map((server) => [server.name, { server, configured: JSON.stringify(server) }]));
  const obsolete = [...connections].filter(([name, { configured }]) => next.get(name)?.configured !== configured);
  for (const [name] of obsolete) connections.delete(name);
  for (const [name, { server, configured }] of next) {
    if (connections.has(name)) continue;
    const connection = new McpConnection(server, post);
    connections.set(name, { connection, configured });
    connection.open();
  }
  await Promise.all(obsolete.map(([, { connection }]) => connection.close()));
};

const call = async ({ id, request }: Extract<ToWorker, { type: "call" }>): Promise<void> => {
  const cancelled = new AbortController();
  calls.set(id, cancelled);
  const connection = connections.get(request.server)?.connection;
  const outcome =
    connection === undefined
      ? ({ isError: true, message: `The server ${request.server} is no longer configured.` } as const)
      : await connection.call(request, cancelled.signal, (progress) => post({ type: "progress", id, progress }));
  calls.delete(id);
  post({ type: "outcome", id, outcome });
};

const close = async (): Promise<void> => {
  for (const cancelled of calls.values()) cancelled.abort();
  await Promise.all([...connections.values()].map(({ connection }) => connection.close()));
  post({ type: "closed" });
};

self.onmessage = ({ data }) => {
  switch (data.type) {
    case "servers":
      void setServers(data.servers);
      break;
    case "call":
      void call(data);
      break;
    case "cancel":
      calls.get(data.id)?.abort(new Error("The run has ended."));
      break;
    case "close":
      void close();
      break;
  }
};
