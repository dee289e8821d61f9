import { connect, createServer, type Socket } from "node:net";

/** A proxy in front of Postgres that records each statement, and each name that one is prepared by: "" is the unnamed one. */
export interface StatementNames {
  /** The database's URL through the proxy. */
  readonly url: string;
  readonly names: readonly string[];
  readonly texts: ReadonlySet<string>;
  close(): void;
}

export const statementNames = async (databaseUrl: string): Promise<StatementNames> => {
  const target = new URL(databaseUrl);
  const names: string[] = [];
  const texts = new Set<string>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const backend = connect(Number(target.port), target.hostname);
    const parse = parseStatements((name, text) => {
      if (name !== null) names.push(name);
      texts.add(text);
    });
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
    texts,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};

/**
 * Parses what a client sends: https://www.postgresql.org/docs/current/protocol-message-formats.html. The first message
 * has a length and no type; all others have a type before it. A Parse (`P`) begins with its statement's name and text; a
 * Query (`Q`) is the text of a statement without parameters, which is not prepared.
 */
const parseStatements = (onStatement: (name: string | null, text: string) => void) => {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  return (bytes: Buffer): void => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const header = isStarted ? 5 : 4;
      if (rest.length < header) return;
      const end = header - 4 + rest.readInt32BE(header - 4);
      if (rest.length < end) return;
      if (isStarted && rest[0] === "P".charCodeAt(0)) {
        const nameEnd = rest.indexOf(0, 5);
        const textEnd = rest.indexOf(0, nameEnd + 1);
        onStatement(rest.toString("utf8", 5, nameEnd), rest.toString("utf8", nameEnd + 1, textEnd));
      }
      if (isStarted && rest[0] === "Q".charCodeAt(0)) onStatement(null, rest.toString("utf8", 5, rest.indexOf(0, 5)));
      isStarted = true;
      rest = rest.subarray(end);
    }
  };
};
