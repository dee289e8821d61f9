import { bytesOf } from "./wires/amazon-messages.ts";
import type { Wire, WireAnswer } from "./wires/wire.ts";

/** How a stand-in answers one call. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | {
      readonly frames: readonly string[];
      /** How the body is split: not at all, by frame (the default), or by byte. */
      readonly split?: "whole" | "frames" | "bytes";
      /** Awaited before the first frame. */
      readonly after?: Promise<void>;
      /** More frames, sent once `after` resolves. */
      readonly rest?: { readonly after: Promise<void>; readonly frames: readonly string[] };
      /** What follows the last frame: the end of the body (the default), or nothing. */
      readonly ending?: "end" | "hang";
    };

interface Received {
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
  readonly headers: Headers;
  readonly body: unknown;
  /** Resolves once the client has closed the connection before the answer's end. */
  readonly left: Promise<void>;
}

export interface ModelServer extends AsyncDisposable {
  /** Without a path: the base URL for a client. */
  readonly url: string;
  readonly received: readonly Received[];
  /** Queues the answers of the next calls; a call beyond them gets a 500. */
  reply(...replies: readonly Reply[]): void;
  /** Resolves when the next call has arrived. */
  arrival(): Promise<Received>;
  /** Breaks all connections and stops the server. */
  drop(): Promise<void>;
}

export const replyOf = (wire: Wire, answer: WireAnswer): Reply => ({ frames: wire.encode(answer) });

/**
 * A stand-in for a provider on a free port. It answers POSTs to the wire's path with the queued replies, the list of
 * models with `models`, and everything else with 404.
 */
export const modelServer = (
  wire: Wire,
  models: (request: Request) => Response = () => Response.json({ data: [] }),
): ModelServer => {
  const replies: Reply[] = [];
  const received: Received[] = [];
  const waiting: ((received: Received) => void)[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { pathname: path, search } = new URL(request.url);
      if (request.method === "GET" && path.endsWith("/models")) return models(request);
      if (!path.endsWith(wire.path)) return new Response("no such path", { status: 404 });
      const left = Promise.withResolvers<void>();
      request.signal.addEventListener("abort", () => left.resolve());
      const call = {
        path,
        query: search.slice(1),
        headers: request.headers,
        body: (await request.json()) as unknown,
        left: left.promise,
      };
      received.push(call);
      waiting.shift()?.(call);
      const reply = replies.shift() ?? { status: 500, body: "nothing was scripted" };
      if ("status" in reply) {
        return new Response(reply.body ?? "{}", { status: reply.status, headers: reply.headers ?? {} });
      }
      return new Response(bodyOf(reply), { headers: { "content-type": wire.contentType } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    received,
    reply: (...more) => void replies.push(...more),
    arrival: () => new Promise((resolve) => waiting.push(resolve)),
    drop: () => server.stop(true),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};

type Streamed = Extract<Reply, { readonly frames: readonly string[] }>;

async function* bodyOf({ frames, split, after, rest, ending }: Streamed) {
  await after;
  for (const piece of chunksOf(frames, split)) {
    yield piece;
    // Waits a turn of the event loop, so that the bytes leave one by one.
    if (split === "bytes") await new Promise((resolve) => setImmediate(resolve));
  }
  if (rest !== undefined) {
    await rest.after;
    yield* chunksOf(rest.frames, split);
  }
  if (ending === "hang") await new Promise<never>(() => {});
}

const chunksOf = (frames: readonly string[], split: Streamed["split"] = "frames"): Iterable<Uint8Array> => {
  const bytes = Buffer.concat(frames.map(bytesOf));
  if (split === "whole") return [bytes];
  if (split === "bytes") return Array.from(bytes, (byte) => Uint8Array.of(byte));
  return frames.map(bytesOf);
};
