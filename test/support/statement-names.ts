import { connect, createServer, type Socket } from "node:net";

/** A proxy in front of Postgres that records the name under which each statement is prepared: "" is the unnamed one. */
export interface StatementNames {
  /** The database's URL through the proxy. */
  readonly url: string;
  readonly names: readonly string[];
  close(): void;
}

export const statementNames = async (databaseUrl: string): Promise<StatementNames> => {
  const target = new URL(databaseUrl);
  const names: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const backend = connect(Number(target.port), target.hostname);
    const parse = parseNames((name) => names.push(name));
    client.on("data", parse);
    for (const [from, to] of [
      [client, backend],
      [backend, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address !== "object") throw new Error("no port");
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    names,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};

/**
 * Parses what a client sends: https://www.postgresql.org/docs/current/protocol-message-formats.html. The first message
 * has a length and no type; all others have a type before it. A Parse (`P`) begins with its statement's name.
 */
const parseNames = (onName: (name: string) => void) => {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  return (bytes: Buffer): void => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const header = isStarted ? 5 : 4;
      if (rest.length < header) return;
      const end = header - 4 + rest.readInt32BE(header - 4);
      if (rest.length < end) return;
      if (isStarted && rest[0] === "P".charCodeAt(0)) onName(rest.toString("utf8", 5, rest.indexOf(0, 5)));
      isStarted = true;
      rest = rest.subarray(end);
    }
  };
};
