import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Exchange } from "../../src/upstream/exchange.ts";
import { CHUNKED, chunkOf, counted, LAST_CHUNK } from "../support/raw-server.ts";
import { tapped, textOf } from "../support/read-body.ts";

/** An exchange without a socket that records its calls on the connection. */
const begin = (signal = new AbortController().signal) => {
  const calls: string[] = [];
  const line = {
    pause: () => void calls.push("pause"),
    resume: () => void calls.push("resume"),
    end: (isReusable: boolean) => void calls.push(isReusable ? "keep" : "close"),
  };
  return { exchange: new Exchange(line, signal), calls };
};
const feed = (exchange: Exchange, text: string) => exchange.feed(Buffer.from(text));
const opened = async (text: string) => {
  const { exchange, calls } = begin();
  feed(exchange, text);
  return { exchange, calls, ...(await exchange.head) };
};

/** A body in one of HTTP's framings, and whether its connection can be reused. */
const framed = (pieces: readonly string[], way: "chunked" | "counted" | "closed") => {
  const body = pieces.join("");
  if (way === "counted") return { text: counted(body, "x-way: counted\r\n"), isReusable: true };
  if (way === "closed") return { text: `HTTP/1.1 200 OK\r\nx-way: closed\r\n\r\n${body}`, isReusable: false };
  const chunks = pieces.filter((piece) => piece !== "").map(chunkOf);
  const head = "HTTP/1.1 200 OK\r\nX-Way: chunked\r\nTransfer-Encoding: chunked\r\n\r\n";
  return { text: `${head}${chunks.join("")}0\r\nx-trailer: 1\r\n\r\n`, isReusable: true };
};

test("a response is read equally in any framing and with any cuts", async () => {
  const way = fc.constantFrom("chunked" as const, "counted" as const, "closed" as const);
  const pieces = fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 6 });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(pieces, way, sizes, fc.boolean(), async (pieces, way, sizes, isInterim) => {
      const { text, isReusable } = framed(pieces, way);
      const bytes = Buffer.from(`${isInterim ? "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" : ""}${text}`);
      const { exchange, calls } = begin();
      const whole = exchange.head.then(({ status, header, body }) =>
        textOf(body).then((read) => ({ status, way: header("X-WAY"), read })),
      );
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        exchange.feed(bytes.subarray(at, at + size));
        at += size;
      }
      exchange.close();
      expect(await whole).toEqual({ status: 200, way, read: pieces.join("").replace(/^\uFEFF/, "") });
      expect(calls).toEqual([isReusable ? "keep" : "close"]);
    }),
  );
});

test("any bytes give a body, a failure or a wait, and never throw", async () => {
  const start = fc.constantFrom("", CHUNKED, "HTTP/1.1 200 OK\r\n", counted("x"), `${CHUNKED}5\r\nhello\r\n`);
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), async (start, bytes) => {
      const { exchange, calls } = begin();
      const settled = exchange.head.then(
        ({ body }) => textOf(body).catch(() => ""),
        () => "",
      );
      feed(exchange, start);
      exchange.feed(Buffer.from(bytes));
      exchange.close();
      expect(typeof (await settled)).toBe("string");
      expect(calls).toHaveLength(1);
    }),
  );
});

test("any combination of parts of a response never throws", async () => {
  const words = fc.constantFrom(
    ...[
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.0 204 No\r\n",
      "HTTP/1.1 100 Go\r\n",
      "content-length: ",
      "connection: close\r\n",
    ],
    ...[
      "transfer-encoding: chunked\r\n",
      "\r\n",
      "\n",
      "\r",
      " ",
      ";",
      ":",
      ", ",
      "-6",
      "-1",
      "0",
      "2",
      "5",
      "a",
      "fffffffffffff",
    ],
    ...["hi", "hello", "여울", "\0"],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(words, { maxLength: 8 }), { maxLength: 8 }), async (reads) => {
      const { exchange, calls } = begin();
      const settled = exchange.head.then(
        ({ body }) => textOf(body).catch(() => ""),
        () => "",
      );
      for (const read of reads) feed(exchange, read.join(""));
      exchange.close();
      expect(typeof (await settled)).toBe("string");
      expect(calls).toHaveLength(1);
    }),
    { numRuns: 1_000 },
  );
});

describe("a connection is not reused", () => {
  test.each([
    ["whose server closes the connection", counted("hi", "connection: close\r\n")],
    ["of HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi"],
    ["on which a second response follows", counted("hi") + counted("stranger")],
    ["on which something else follows", `${counted("hi")}nonsense\r\n`],
    ["on which the beginning of something follows", `${counted("hi")}H`],
    [
      "whose response had a length and chunks",
      `${CHUNKED.replace("\r\n\r\n", "\r\ncontent-length: 2\r\n\r\n")}${chunkOf("hi")}${LAST_CHUNK}`,
    ],
  ])("%s", async (_, text) => {
    const { body, calls } = await opened(text);
    expect(await textOf(body)).toBe("hi");
    expect(calls).toEqual(["close"]);
  });
});

describe("an invalid response", () => {
  test.each([
    ["of another protocol", "SSH-2.0-OpenSSH_9.9\r\n\r\n"],
    ["with a head without end", `HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(20_000)}`],
    ["of interim responses only", "HTTP/1.1 100 Continue\r\n\r\n".repeat(6_000)],
    ["that is compressed", counted("hi", "content-encoding: gzip\r\n")],
    ["that switches to another protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"],
    ["of an unknown status", "HTTP/1.1 777 Hm\r\n\r\n"],
    ["with an invalid header", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"],
    ["in another transfer coding than chunked", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n"],
    ["with two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nhi"],
    ["with a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -43\r\n\r\nhi"],
    ["with a length in words", "HTTP/1.1 200 OK\r\ncontent-length: abc\r\n\r\nhi"],
    ["with a hexadecimal length", "HTTP/1.1 200 OK\r\ncontent-length: 0x10\r\n\r\nhi"],
  ])("%s fails before its head", async (_, text) => {
    const { exchange, calls } = begin();
    feed(exchange, text);
    await expect(exchange.head).rejects.toBeInstanceOf(Error);
    expect(calls).toEqual(["close"]);
  });

  test("fails in the middle when a chunk is invalid", async () => {
    const { body, calls } = await opened(`${CHUNKED}1\r\nx\r\n-6\r\nz`);
    await expect(textOf(body)).rejects.toBeInstanceOf(Error);
    expect(calls).toEqual(["close"]);
  });

  test("fails when the connection is closed before it, or in it", async () => {
    const unanswered = begin();
    unanswered.exchange.close();
    await expect(unanswered.exchange.head).rejects.toThrow("closed the connection");
    const { exchange, body } = await opened(`${CHUNKED}5\r\nhel`);
    exchange.close();
    const tap = tapped(body);
    await expect(tap.ended).rejects.toThrow("closed the connection");
    expect(tap.text).toBe("hel");
  });
});

describe("a response that is unusual", () => {
  const answerTo = async (text: string) => {
    const { body, status, calls } = await opened(text);
    return [status, await textOf(body), calls[0]];
  };

  test.each([
    ["one length, sent twice", "HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\nhi", [200, "hi", "keep"]],
    ["no reason behind the status", "HTTP/1.1 429\r\ncontent-length: 2\r\n\r\nhi", [429, "hi", "keep"]],
    ["lines without a carriage return", "HTTP/1.1 200 OK\ncontent-length: 2\n\nhi", [200, "hi", "keep"]],
    ["no body, whatever its length", "HTTP/1.1 204 No\r\ncontent-length: 9\r\n\r\n", [204, "", "keep"]],
    ["an interim response first", `HTTP/1.1 100 Continue\r\nx: 1\r\n\r\n${counted("hi")}`, [200, "hi", "keep"]],
  ])("with %s is read as intended", async (_, text, expected) => {
    expect(await answerTo(text)).toEqual(expected);
  });

  test("with a folded or repeated header has it as one", async () => {
    const { header } = await opened(counted("", "a: 1\r\n  2\r\nB: x\r\nb: y\r\nempty:\r\n"));
    expect([header("A"), header("b"), header("empty"), header("none")]).toEqual(["1 2", "x, y", "", null]);
  });
});

describe("a body", () => {
  test("that is paused buffers within bounds and is delivered when it resumes", async () => {
    const { exchange, body, calls } = await opened(CHUNKED);
    const tap = tapped(body);
    body.pause();
    const piece = "x".repeat(64 * 1024);
    for (let at = 0; at < 17; at++) feed(exchange, chunkOf(piece));
    expect(calls).toEqual(["pause"]);
    expect(tap.text).toBe("");
    feed(exchange, LAST_CHUNK);
    body.resume();
    await tap.ended;
    expect(tap.text).toBe(piece.repeat(17));
    expect(calls).toEqual(["pause", "resume", "keep"]);
  });

  test("that failed while paused delivers first what had arrived", async () => {
    const { exchange, body } = await opened(CHUNKED);
    const tap = tapped(body);
    body.pause();
    feed(exchange, chunkOf("last words"));
    exchange.close(new Error("gone"));
    body.resume();
    await expect(tap.ended).rejects.toThrow("gone");
    expect(tap.text).toBe("last words");
  });

  test("that is no longer needed keeps its connection when it ends soon afterwards", async () => {
    const { exchange, body, calls } = await opened(CHUNKED + chunkOf("all"));
    body.finish();
    feed(exchange, chunkOf("a word more") + LAST_CHUNK);
    expect(calls).toEqual(["keep"]);
  });

  test("that is no longer needed and goes on closes its connection", async () => {
    const { exchange, body, calls } = await opened(CHUNKED + chunkOf("all"));
    body.finish();
    feed(exchange, chunkOf("x".repeat(20_000)));
    expect(calls).toEqual(["close"]);
  });

  test("that is no longer needed and brings nothing more closes its connection after a while", async () => {
    const closed = Promise.withResolvers<boolean>();
    const line = { pause: () => {}, resume: () => {}, end: closed.resolve };
    const exchange = new Exchange(line, new AbortController().signal);
    feed(exchange, CHUNKED);
    (await exchange.head).body.finish();
    expect(await closed.promise).toBe(false);
  });

  test("that was cancelled delivers nothing more", async () => {
    const { exchange, body, calls } = await opened(CHUNKED);
    const tap = tapped(body);
    body.cancel();
    feed(exchange, chunkOf("late") + LAST_CHUNK);
    expect([tap.text, calls]).toEqual(["", ["close"]]);
  });
});

describe("an abort", () => {
  test.each([
    ["before the head", ""],
    ["in the body", CHUNKED + chunkOf("a")],
  ])("%s ends it with its reason", async (_, text) => {
    const stop = new AbortController();
    const reason = new Error("cancelled");
    const { exchange, calls } = begin(stop.signal);
    if (text !== "") feed(exchange, text);
    const read = exchange.head.then(({ body }) => textOf(body));
    if (text !== "") await exchange.head;
    stop.abort(reason);
    await expect(read).rejects.toBe(reason);
    expect(calls).toEqual(["close"]);
  });

  test("after the end has no effect", async () => {
    const stop = new AbortController();
    const { exchange, calls } = begin(stop.signal);
    feed(exchange, counted("hi"));
    stop.abort();
    expect(await textOf((await exchange.head).body)).toBe("hi");
    expect(calls).toEqual(["keep"]);
  });
});
