import { describe, expect, test } from "bun:test";
import { createGzip } from "node:zlib";
import type { Reach } from "../../src/fetching/reach.ts";
import { fetched, refusal, serving, textOf } from "../support/fetched-page.ts";
import { loopbackReach } from "../support/loopback-reach.ts";
import { type Answer, HTML, page, pageServer, redirect } from "../support/page-server.ts";

const BROKE_OFF = "unreachable: The page's server could not be reached, or broke off.";

describe("a page without an end", () => {
  /** Writes until the other side closes. */
  const pours: Answer = (socket) => {
    const pour = () => {
      while (socket.writable && socket.write(new Uint8Array(65_536))) {}
    };
    socket.on("drain", pour);
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n");
    pour();
  };
  const drips: Answer = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n");
    const drip = setInterval(() => socket.write("1\r\na\r\n"), 5);
    socket.on("close", () => clearInterval(drip));
  };
  const dripsGzip: Answer = (socket) => {
    const gzip = createGzip();
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-encoding: gzip\r\n\r\n");
    gzip.on("data", (part: Uint8Array) => socket.write(part));
    const drip = setInterval(() => gzip.write("a", () => gzip.flush()), 5);
    socket.on("close", () => clearInterval(drip));
  };
  const neverAnswers: Answer = () => {};
  const headWithoutEnd: Answer = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const more = setInterval(() => socket.write("x: y\r\n"), 5);
    socket.on("close", () => clearInterval(more));
  };
  const TOO_LATE = "unreachable: The page took too long to arrive.";

  test.each([
    ["as it is sent", { whole: Number.POSITIVE_INFINITY }],
    ["as a whole", { sent: Number.POSITIVE_INFINITY }],
  ])("is cut off at the bound on its size %s, and its connection closed", async (_, bounds) => {
    await using server = await serving(pours);
    expect(await refusal(fetched(server, "/", { bounds }))).toBe("too_large: The page is too large to be fetched.");
    await server.closed();
  });

  test("is not read when it declares a size above the bound", async () => {
    await using server = await serving((socket) =>
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 1000001\r\n\r\n"),
    );
    expect(await refusal(fetched(server, "/"))).toBe("too_large: The page is too large to be fetched.");
    await server.closed();
  });

  test.each([
    ["whose body drips", drips],
    ["whose compressed body drips", dripsGzip],
    ["whose head drips", headWithoutEnd],
    ["that never begins", neverAnswers],
  ])("%s times out, and its connection is closed", async (_, answer) => {
    await using server = await serving(answer);
    expect(await refusal(fetched(server, "/", { bounds: { milliseconds: 100 } }))).toBe(TOO_LATE);
    await server.closed();
  });

  test("has one timeout for all its redirects", async () => {
    await using server = await pageServer({
      "/": (socket, head) => void setTimeout(() => redirect("/")(socket, head), 30),
    });
    const bounds = { milliseconds: 100, redirects: 1_000 };
    expect(await refusal(fetched(server, "/", { bounds }))).toBe(TOO_LATE);
  });

  test("whose name lookup hangs times out", async () => {
    await using server = await serving(neverAnswers);
    const reach: Reach = { ...loopbackReach(), lookup: () => new Promise(() => {}) };
    expect(await refusal(fetched(server, "/", { reach, bounds: { milliseconds: 50 } }))).toBe(TOO_LATE);
  });

  test.each([
    ["while its head is awaited", neverAnswers],
    ["while its body comes", drips],
  ])("is abandoned as soon as the caller aborts, %s", async (_, answer) => {
    const caller = new AbortController();
    await using server = await serving((socket, head) => {
      answer(socket, head);
      setTimeout(() => caller.abort("the caller left"), 20);
    });
    expect(await refusal(fetched(server, "/", { signal: caller.signal }))).toBe("the caller left");
    await server.closed();
  });

  test("is not fetched for a caller that has left", async () => {
    await using server = await serving(neverAnswers);
    expect(await refusal(fetched(server, "/", { signal: AbortSignal.abort("left before") }))).toBe("left before");
    expect(server.connections()).toBe(0);
  });
});

test("a response head may have 32 KiB", async () => {
  await using server = await serving(page({ ...HTML, "x-large": "a".repeat(30_000) }, "hi"));
  expect(textOf(await fetched(server, "/"))).toBe("hi");
});

describe("a server that violates the protocol", () => {
  test.each<[string, Answer]>([
    ["a head that is too large", page({ ...HTML, "x-large": "a".repeat(33_000) }, "hi")],
    ["no HTTP at all", (socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n")],
    ["nothing", (socket) => socket.end()],
    ["a reset", (socket) => socket.resetAndDestroy()],
    [
      "less than it declared",
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\nhi"),
    ],
    [
      "an unfinished chunk",
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhi"),
    ],
  ])("and sends %s is reported as broken off", async (_, answer) => {
    await using server = await serving(answer);
    expect(await refusal(fetched(server, "/"))).toBe(BROKE_OFF);
  });

  test("and has stopped is reported as broken off", async () => {
    const server = await serving(page(HTML, "hi"));
    await server[Symbol.asyncDispose]();
    expect(await refusal(fetched(server, "/"))).toBe(BROKE_OFF);
  });
});
