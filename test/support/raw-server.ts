import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

const fixture = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), "utf8");
/** Valid for `localhost` only. */
export const CERTIFICATE = fixture("localhost");

export interface RawRequest {
  /** Request line and headers, without the empty line. */
  readonly head: string;
  readonly body: string;
  /** The number of the connection, from 1. */
  readonly connection: number;
}

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly RawRequest[];
  readonly connections: number;
  /** Resolves once `count` connections have been closed. */
  closed(count: number): Promise<void>;
}

/** A server that answers each request with bytes of the test's choice, with or without TLS. */
export const rawServer = async (
  answer: (socket: Socket, request: RawRequest) => void,
  { isSecure = false, onConnection = (_: Socket) => {} } = {},
): Promise<RawServer> => {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  const waiting: { readonly count: number; resolve(): void }[] = [];
  let connections = 0;
  let closed = 0;
  const serve = (socket: Socket): void => {
    const connection = ++connections;
    sockets.add(socket);
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
        if (text.length < end + 4 + length) return;
        const body = Buffer.from(text.slice(end + 4, end + 4 + length), "latin1").toString();
        const request = { head: text.slice(0, end), body, connection };
        text = text.slice(end + 4 + length);
        requests.push(request);
        answer(socket, request);
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      closed += 1;
      for (const { count, resolve } of waiting) if (closed >= count) resolve();
    });
    onConnection(socket);
  };
  const server = isSecure
    ? createTlsServer({ key: fixture("localhost-key"), cert: CERTIFICATE, ALPNProtocols: ["h2", "http/1.1"] }, serve)
    : createServer({ noDelay: true }, serve);
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: isSecure ? `https://localhost:${port}/v1` : `http://127.0.0.1:${port}/v1`,
    requests,
    get connections() {
      return connections;
    },
    closed: (count) =>
      closed >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** A response with a `content-length`. */
export const counted = (body: string, headers = ""): string =>
  `HTTP/1.1 200 OK\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** The head of a response with a chunked body. */
export const CHUNKED = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
export const chunkOf = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
export const LAST_CHUNK = "0\r\n\r\n";
