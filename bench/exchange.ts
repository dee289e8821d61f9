import { MARK } from "./answer.ts";

/** The last bytes that are kept of a stream: room for its terminal frame, however small the pieces it came in. */
const TAIL = 512;

/** What came back of one request, as it came. */
export interface Exchange {
  /** Of the response; 0 when none came. */
  readonly status: number;
  readonly tokens: number;
  /** Milliseconds from the request to the piece that held the first token; undefined: none came. */
  readonly firstTokenMs: number | undefined;
  /** Up to and with the first token, HTTP head included. */
  readonly head: string;
  readonly tail: string;
  /** The whole body, when it was asked for. */
  readonly body: string;
  /** The response was complete, as HTTP has it: its last chunk has length zero. */
  readonly complete: boolean;
}

export interface Ask {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Keep the whole body. */
  readonly keep?: boolean;
  readonly onTokens?: (count: number) => void;
  /** The response's status line and headers are there. */
  readonly onHead?: () => void;
  readonly signal?: AbortSignal;
}

/**
 * One HTTP/1.1 request on a connection of its own. It is written by hand because the client shares two cores with what it
 * measures: `fetch` takes three times the CPU for each piece that arrives, and holds at most 256 requests at once. Resolves
 * when the server closes, or as soon as the signal aborts; rejects when it cannot connect.
 */
export const exchange = async (ask: Ask): Promise<Exchange> => {
  const { hostname, port, pathname, search, host } = new URL(ask.url);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const asked = performance.now();
  let tokens = 0;
  let firstTokenMs: number | undefined;
  let head = "";
  let headEnded = false;
  let tail = Buffer.alloc(0);
  const kept: Buffer[] = [];

  const take = (bytes: Buffer): void => {
    const count = marksIn(bytes);
    if (tokens === 0) head += bytes.toString("latin1");
    if (!headEnded && head.includes("\r\n\r\n")) {
      headEnded = true;
      ask.onHead?.();
    }
    if (count > 0) {
      firstTokenMs ??= performance.now() - asked;
      tokens += count;
      ask.onTokens?.(count);
    }
    // The socket reuses its buffer, so what is kept is copied.
    tail = bytes.length >= TAIL ? Buffer.from(bytes.subarray(-TAIL)) : Buffer.concat([tail, bytes]).subarray(-TAIL);
    if (ask.keep) kept.push(Buffer.from(bytes));
  };

  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      open(opened) {
        const headers = { host, connection: "close", accept: "text/event-stream", ...ask.headers };
        const body = ask.body ?? "";
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        const length = ask.body === undefined ? "" : `content-length: ${Buffer.byteLength(body)}\r\n`;
        opened.write(`${ask.method} ${pathname}${search} HTTP/1.1\r\n${lines.join("")}${length}\r\n${body}`);
      },
      data: (_socket, bytes) => take(bytes),
      close: () => resolve(),
      error: (_socket, error) => reject(error),
    },
  });
  ask.signal?.addEventListener("abort", () => socket.terminate(), { once: true });
  await promise;
  const end = tail.toString("utf8");
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    tokens,
    firstTokenMs,
    head,
    tail: end,
    body: ask.keep ? bodyOf(Buffer.concat(kept)) : "",
    complete: end.endsWith("\r\n0\r\n\r\n"),
  };
};

const marksIn = (bytes: Buffer): number => {
  let count = 0;
  for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 1)) count += 1;
  return count;
};

/** The body of a chunked response (RFC 9112 §7.1), without trailers. */
const bodyOf = (response: Buffer): string => {
  const parts: Buffer[] = [];
  let at = response.indexOf("\r\n\r\n") + 4;
  for (;;) {
    const line = response.indexOf("\r\n", at);
    const length = Number.parseInt(response.toString("latin1", at, line), 16);
    if (line === -1 || !(length > 0)) return Buffer.concat(parts).toString("utf8");
    parts.push(response.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
};
