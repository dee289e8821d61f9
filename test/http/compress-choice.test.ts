import { describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { Elysia } from "elysia";
import { compressStream } from "../../src/http/response/compress.ts";
import { deliver } from "../../src/http/response/deliver.ts";
import { ByteStream, bytes, END, type OnStep } from "../../src/streams/byte-stream.ts";

/** A stream that counts the frames pulled from it. Endless unless `frames` is given. */
class Counted extends ByteStream {
  started = 0;
  readonly left = Promise.withResolvers<void>();
  constructor(private readonly frames: readonly string[] | null = null) {
    super();
  }
  take(onStep: OnStep): void {
    const n = this.started++;
    const frame = this.frames === null ? `data: ${n}\n\n` : this.frames[n];
    // Gives sockets a turn of the event loop.
    setImmediate(() => onStep(frame === undefined ? END : bytes(frame)));
  }
  leave(): void {
    this.left.resolve();
  }
}

const started = (accepted: string | null, response: unknown, vary?: string) => {
  const headers: Record<string, string> = vary === undefined ? {} : { vary };
  const request = new Request("http://x/", { headers: accepted === null ? {} : { "accept-encoding": accepted } });
  return { stream: compressStream({ request, response, set: { headers } }), headers };
};

describe("a stream is gzipped", () => {
  test.each([
    "gzip",
    "GZIP",
    "gzip, deflate, br, zstd",
    "br;q=1, gzip;q=0.1",
    "x-gzip",
    "*",
    "identity;q=0.5, *;q=0.1",
  ])("for a client that accepts %j", (accepted) => {
    const { stream, headers } = started(accepted, new Counted());
    expect(stream).toBeDefined();
    expect(headers).toEqual({ "content-encoding": "gzip", vary: "accept-encoding" });
  });

  test.each([null, "", "identity", "br, zstd", "gzip;q=0", "gzip ; q=0.0", "*;q=0", "gzip;q=0, *", "gzipped"])(
    "not for a client that sends %j, and vary is set all the same",
    (accepted) => {
      const { stream, headers } = started(accepted, new Counted());
      expect(stream).toBeUndefined();
      expect(headers).toEqual({ vary: "accept-encoding" });
    },
  );

  test("and vary keeps what it had", () => {
    expect(started("gzip", new Counted(), "origin").headers.vary).toBe("origin, accept-encoding");
  });

  test("and no other response is", () => {
    for (const response of [null, undefined, "text", { status: "ok" }, new Response("x"), new Uint8Array(3)]) {
      const { stream, headers } = started("gzip", response);
      expect([stream, headers]).toEqual([undefined, {}]);
    }
  });

  test("step by step: no frame is pulled before the reader pulls, and the trailer comes last and once", async () => {
    const plain = new Counted(["data: one\n\n", ":\n\n"]);
    const { stream } = started("gzip", plain);
    const pieces: Uint8Array[] = [];
    for (const expected of [1, 2, 3]) {
      const step = await stream?.next();
      expect([step?.done, plain.started]).toEqual([false, expected]);
      if (step?.value) pieces.push(step.value);
    }
    expect(await stream?.next()).toEqual(END);
    expect(plain.started).toBe(3);
    expect(gunzipSync(new Uint8Array(Buffer.concat(pieces))).toString()).toBe("data: one\n\n:\n\n");
  });

  test("until its reader leaves: the plain stream is cancelled, and nothing more is emitted", async () => {
    const plain = new Counted();
    const { stream } = started("gzip", plain);
    await stream?.next();
    expect(await stream?.return()).toEqual(END);
    await plain.left.promise;
    expect(await stream?.next()).toEqual(END);
    expect(plain.started).toBe(1);
  });
});

test("a step that cannot be gzipped ends the stream", async () => {
  const plain = new (class extends Counted {
    override take(onStep: OnStep): void {
      onStep({ done: false, value: null as never });
    }
  })();
  const { stream } = started("gzip", plain);
  expect(await stream?.next()).toEqual(END);
});

test("a client that closes its connection ends the plain stream", async () => {
  const plain = new Counted();
  const app = new Elysia()
    .onAfterHandle(compressStream)
    .mapResponse(deliver)
    .get("/", () => plain);
  app.listen({ hostname: "127.0.0.1", port: 0 });
  const leave = new AbortController();
  const response = await fetch(`http://127.0.0.1:${app.server?.port}/`, { signal: leave.signal });
  await response.body?.getReader().read();
  leave.abort();
  await plain.left.promise;
  await app.stop(true);
});
