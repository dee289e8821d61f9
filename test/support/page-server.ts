import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** Writes any answer to the client, and may leave the connection open. */
export type Answer = (socket: Socket, head: string) => void;

export interface PageServer extends AsyncDisposable {
  readonly port: number;
  /** The heads of the requests, as received. */
  readonly heads: readonly string[];
  /** How many clients have connected, whether or not they sent a request. */
  connections(): number;
  /** Resolves when the next connection, or the current one, has been closed. */
  closed(): Promise<void>;
}

/**
 * A server on loopback that knows nothing of HTTP except where a head ends, so that it can send what no server should.
 */
export const pageServer = async (answers: Readonly<Record<string, Answer>>, tls?: TlsOptions): Promise<PageServer> => {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const gone: Promise<void>[] = [];
  let arrived = Promise.withResolvers<void>();
  const serve = (socket: Socket) => {
    sockets.add(socket);
    const { promise, resolve } = Promise.withResolvers<void>();
    gone.push(promise);
    arrived.resolve();
    socket.on("close", () => {
      sockets.delete(socket);
      resolve();
    });
    socket.on("error", () => {});
    let read = "";
    socket.on("data", (bytes) => {
      read += bytes.toString("latin1");
      if (!read.includes("\r\n\r\n")) return;
      const [, path = "/"] = read.split(" ");
      heads.push(read);
      read = "";
      (answers[path] ?? plain("404 Not Found", "no such page"))(socket, heads.at(-1) ?? "");
    });
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    heads,
    connections: () => gone.length,
    closed: async () => {
      await arrived.promise;
      arrived = Promise.withResolvers();
      await gone.at(-1);
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const plain = (status: string, body: string): Answer => respond(status, { "content-type": "text/plain" }, body);

/** A whole answer, after which the connection ends. */
export const respond =
  (status: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array = ""): Answer =>
  (socket) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status}\r\n${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n`);
    socket.end(body);
  };

export const page = (headers: Readonly<Record<string, string>>, body: string | Uint8Array): Answer =>
  respond("200 OK", headers, body);

export const redirect = (location: string, status = "302 Found"): Answer => respond(status, { location });

/** The headers of an ordinary web page. */
export const HTML = { "content-type": "text/html; charset=utf-8" };
