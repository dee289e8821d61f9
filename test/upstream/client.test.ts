import { describe, expect, test } from "bun:test";
import { getEventListeners } from "node:events";
import { createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { postBySockets } from "../../src/upstream/client.ts";
import type { Post } from "../../src/upstream/contract.ts";
import { postByFetch } from "../../src/upstream/fetched.ts";
import { NotConnected } from "../../src/upstream/not-connected.ts";
import { CERTIFICATE, CHUNKED, chunkOf, counted, type RawRequest, rawServer } from "../support/raw-server.ts";
import { tapped, textOf } from "../support/read-body.ts";

const never = new AbortController().signal;
const requestTo = (url: string, body = "{}", signal = never) => ({ url, headers: {}, body, signal });
const textFrom = async (post: Post, url: string, body?: string): Promise<string> =>
  textOf((await post(requestTo(url, body))).body);

test("a request is a POST of JSON, measured in bytes, for a plain answer", async () => {
  await using server = await rawServer((socket) => socket.write(counted("ok")));
  const post = postBySockets();
  const body = JSON.stringify({ q: "여울 🌊" });
  await post({ url: `${server.url}/chat?x=1`, headers: { authorization: "Bearer k" }, body, signal: never });
  const [line, ...headers] = server.requests[0]?.head.split("\r\n") ?? [];
  expect(line).toBe("POST /v1/chat?x=1 HTTP/1.1");
  expect(headers).toEqual([
    `host: ${new URL(server.url).host}`,
    "user-agent: yeoul",
    "accept: text/event-stream, application/json",
    "accept-encoding: identity",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "authorization: Bearer k",
  ]);
  expect(server.requests[0]?.body).toBe(body);
});

test.each([
  ["sockets", postBySockets()],
  ["fetch", postByFetch],
])("a body in pieces, texts and bytes, arrives as one by %s", async (_, post) => {
  await using server = await rawServer((socket) => socket.write(counted("ok")));
  const pieces = ["여울 ", new TextEncoder().encode("🌊…"), "", " plain", new Uint8Array(0)];
  await post({ url: server.url, headers: {}, body: pieces, signal: never });
  const text = "여울 🌊… plain";
  expect(server.requests[0]?.body).toBe(text);
  expect(server.requests[0]?.head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(text)}`);
  expect(server.requests[0]?.head.toLowerCase()).toContain("content-type: application/json");
});

test("an invalid header is refused before a connection is made", async () => {
  await using server = await rawServer((socket) => socket.write(counted("ok")));
  const headers = { authorization: "Bearer k\r\nx-injected: 1" };
  await expect(postBySockets()({ ...requestTo(server.url), headers })).rejects.toBeInstanceOf(TypeError);
  expect(server.connections).toBe(0);
});

test("megabytes reach a slow server completely", async () => {
  await using server = await rawServer((socket, { body }) => socket.write(counted(String(body.length))));
  expect(await textFrom(postBySockets(), server.url, "x".repeat(20_000_000))).toBe("20000000");
});

describe("connections", () => {
  test("are not reused when idle connections are not allowed", async () => {
    await using server = await rawServer((socket, { body }) => socket.write(counted(body)));
    const post = postBySockets({ idleMs: 0 });
    for (const word of ["one", "two", "three"]) expect(await textFrom(post, server.url, word)).toBe(word);
    expect(server.connections).toBe(3);
    await server.closed(3);
  });

  test("are reused, one request at a time", async () => {
    await using server = await rawServer((socket, { body }) => socket.write(counted(body)));
    const post = postBySockets();
    for (const word of ["one", "two", "three"]) expect(await textFrom(post, server.url, word)).toBe(word);
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 1]);
    expect(await Promise.all(["four", "five"].map((word) => textFrom(post, server.url, word)))).toEqual([
      "four",
      "five",
    ]);
    expect(server.connections).toBe(2);
  });

  test("are not reused once their server has closed them", async () => {
    await using server = await rawServer((socket) => socket.end(counted("ok")));
    const post = postBySockets();
    expect(await textFrom(post, server.url)).toBe("ok");
    await server.closed(1);
    expect(await textFrom(post, server.url)).toBe("ok");
    expect(server.connections).toBe(2);
  });

  test("that close just when they are reused are replaced, once", async () => {
    await using server = await rawServer((socket, { connection, body }) => {
      if (body === "first") socket.write(counted("ok"));
      else if (connection === 1) socket.destroy();
      else socket.write(counted("again"));
    });
    const post = postBySockets();
    expect(await textFrom(post, server.url, "first")).toBe("ok");
    expect(await textFrom(post, server.url, "second")).toBe("again");
    expect(server.requests.map(({ body }) => body)).toEqual(["first", "second", "second"]);
  });

  test("that close unanswered after a while are not replaced, because the server may have processed the request", async () => {
    await using server = await rawServer((socket, { body }) => {
      if (body === "first") socket.write(counted("ok"));
      else setTimeout(() => socket.destroy(), 1_200);
    });
    const post = postBySockets();
    expect(await textFrom(post, server.url, "first")).toBe("ok");
    await expect(textFrom(post, server.url, "second")).rejects.toBeInstanceOf(Error);
    expect(server.requests).toHaveLength(2);
  });

  test("that break after a byte of the answer are not replaced, because the server had received the request", async () => {
    await using server = await rawServer((socket, { body }) => {
      if (body === "first") socket.write(counted("ok"));
      else socket.end("HTTP/1.1 200");
    });
    const post = postBySockets();
    expect(await textFrom(post, server.url, "first")).toBe("ok");
    await expect(textFrom(post, server.url, "second")).rejects.toThrow("closed the connection");
    expect(server.requests).toHaveLength(2);
  });

  test("that are new and close unanswered are a failure", async () => {
    await using server = await rawServer((socket) => socket.destroy());
    await expect(textFrom(postBySockets(), server.url)).rejects.toBeInstanceOf(Error);
    expect(server.requests).toHaveLength(1);
  });

  test("that send something without a request are closed", async () => {
    await using server = await rawServer((socket) => {
      socket.write(counted("ok"));
      setImmediate(() => socket.write("HTTP/1.1 408 Request Timeout\r\n\r\n"));
    });
    const post = postBySockets();
    expect(await textFrom(post, server.url)).toBe("ok");
    await server.closed(1);
    expect(await textFrom(post, server.url)).toBe("ok");
    expect(server.connections).toBe(2);
  });

  test("end after they have been idle for long enough", async () => {
    await using server = await rawServer((socket) => socket.write(counted("ok")));
    expect(await textFrom(postBySockets({ idleMs: 20 }), server.url)).toBe("ok");
    await server.closed(1);
  });

  test("whose answer came before the whole request was sent are closed", async () => {
    const refusal = "HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nfull";
    await using server = await rawServer(() => {}, {
      onConnection: (socket) => {
        socket.pause();
        socket.write(refusal);
      },
    });
    const post = postBySockets();
    for (const turn of [1, 2]) {
      const { status, body } = await post(requestTo(server.url, "x".repeat(50_000_000)));
      expect([status, await textOf(body), server.connections]).toEqual([413, "full", turn]);
    }
  });
});

describe("a call that is aborted", () => {
  test("before its start makes no connection", async () => {
    await using server = await rawServer((socket) => socket.write(counted("ok")));
    const reason = new Error("cancelled");
    await expect(postBySockets()(requestTo(server.url, "{}", AbortSignal.abort(reason)))).rejects.toBe(reason);
    expect(server.connections).toBe(0);
  });

  test("while it waits for the head closes its connection", async () => {
    const stop = new AbortController();
    const reason = new Error("cancelled");
    await using server = await rawServer(() => stop.abort(reason));
    await expect(postBySockets()(requestTo(server.url, "{}", stop.signal))).rejects.toBe(reason);
    await server.closed(1);
  });

  test("during its answer closes it too", async () => {
    const stop = new AbortController();
    const reason = new Error("cancelled");
    await using server = await rawServer((socket) => socket.write(CHUNKED + chunkOf("a word")));
    const tap = tapped((await postBySockets()(requestTo(server.url, "{}", stop.signal))).body);
    await tap.until("a word");
    stop.abort(reason);
    await expect(tap.ended).rejects.toBe(reason);
    await server.closed(1);
  });

  test("leaves no listener on a signal that outlives it, however it ended", async () => {
    await using server = await rawServer((socket, { body }) => {
      if (body === "broken") socket.destroy();
      else socket.write(counted("ok"));
    });
    const { signal } = new AbortController();
    const post = postBySockets();
    await textOf((await post(requestTo(server.url, "whole", signal))).body);
    await post(requestTo(server.url, "broken", signal)).catch(() => {});
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

test("a body that is not read makes the server wait", async () => {
  const size = 64 * 1024 * 1024;
  let written = 0;
  const full = Promise.withResolvers<void>();
  await using server = await rawServer((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
    const piece = Buffer.alloc(1024 * 1024, "x");
    const go = () => {
      while (written < size) {
        written += piece.length;
        if (socket.write(piece)) continue;
        socket.once("drain", go);
        break;
      }
      if (written > 16 * 1024 * 1024) full.resolve();
    };
    go();
    // There is no signal that a server is waiting; that it has waited for a while is the best approximation.
    setTimeout(full.resolve, 300);
  });
  const { body } = await postBySockets()(requestTo(server.url));
  body.pause();
  const whole = textOf(body);
  await full.promise;
  expect(written).toBeLessThan(24 * 1024 * 1024);
  body.resume();
  expect((await whole).length).toBe(size);
});

describe("over TLS", () => {
  const named = (url: string) => url.replace("localhost", "127.0.0.1");

  test("a trusted certificate that names the server is accepted", async () => {
    const protocols: unknown[] = [];
    const answer = (socket: Socket, { body }: RawRequest) => {
      if (socket instanceof TLSSocket) protocols.push(socket.alpnProtocol);
      socket.write(counted(body));
    };
    await using server = await rawServer(answer, { isSecure: true });
    const post = postBySockets({ ca: CERTIFICATE });
    expect(await textFrom(post, server.url, "one")).toBe("one");
    expect(await textFrom(post, server.url, "two")).toBe("two");
    expect(server.connections).toBe(1);
    expect(protocols).toEqual(["http/1.1", "http/1.1"]);
  });

  test.each([
    ["that no authority has signed", undefined, (url: string) => url],
    ["that names another server", CERTIFICATE, named],
  ])("a certificate %s is refused, and nothing is sent", async (_, ca, at) => {
    await using server = await rawServer((socket) => socket.write(counted("ok")), { isSecure: true });
    await expect(textFrom(postBySockets({ ca }), at(server.url), "secret")).rejects.toBeInstanceOf(Error);
    expect(server.requests).toEqual([]);
  });

  test("a server that never speaks TLS times out", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const url = `https://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
    await expect(textFrom(postBySockets({ connectMs: 50 }), url)).rejects.toThrow("No connection within 50 ms");
    silent.close();
  });
});

test("a connection that is lost after it was made is no NotConnected: something may have been sent", async () => {
  await using server = await rawServer((socket) => socket.destroy());
  for (const post of [postBySockets(), postByFetch]) {
    const failure = await textFrom(post, server.url).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(NotConnected);
  }
});

test("an address without a server is a failure that says so, and that nothing was sent", async () => {
  const server = await rawServer(() => {});
  await server[Symbol.asyncDispose]();
  for (const post of [postBySockets(), postByFetch]) {
    const failure = await textFrom(post, server.url).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotConnected);
    expect(failure).toMatchObject({ code: "ECONNREFUSED" });
  }
});
