import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LineJoiner } from "../../../src/tools/mcp/line-joiner.ts";
import { wholeLines } from "../../../src/tools/mcp/whole-lines.ts";

/** Cuts bytes into chunks of the given lengths, again and again. */
const chunksOf = (bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  for (let at = 0, next = 0; at < bytes.length; next++) {
    const length = lengths[next % lengths.length] ?? 1;
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
};

const texts = fc.string({ unit: fc.constantFrom("a", "여", "\n", "\r", "🎉") });
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

const unexpected = (): never => {
  throw new Error("too long");
};

describe("lines of a program", () => {
  test("that have no end are abandoned past the limit, and nothing more is joined", () => {
    const lines: string[] = [];
    let excesses = 0;
    const joiner = new LineJoiner(
      (line) => lines.push(line),
      10,
      () => excesses++,
    );
    joiner.push(new TextEncoder().encode("short\n0123456789"));
    expect(excesses).toBe(0);
    joiner.push(new TextEncoder().encode("0"));
    joiner.push(new TextEncoder().encode("0\nmore\n"));
    expect([lines, excesses]).toEqual([["short"], 1]);
  });

  test("are the same however their bytes are cut", () => {
    fc.assert(
      fc.property(texts, lengths, (text, cuts) => {
        const lines: string[] = [];
        const joiner = new LineJoiner((line) => lines.push(line), 1_000, unexpected);
        for (const chunk of chunksOf(new TextEncoder().encode(text), cuts)) joiner.push(chunk);
        expect(lines).toEqual(
          text
            .split("\n")
            .slice(0, -1)
            .map((line) => line.replace(/\r$/, "")),
        );
      }),
    );
  });

  test("of 20 MB in small chunks are joined in linear time", () => {
    let length = 0;
    const joiner = new LineJoiner((line) => (length = line.length), 1e9, unexpected);
    const chunk = new Uint8Array(4096).fill(97);
    const cpu = process.cpuUsage();
    for (let sent = 0; sent < 5_000; sent++) joiner.push(chunk);
    joiner.push(Uint8Array.of(10));
    const { user } = process.cpuUsage(cpu);
    expect(length).toBe(5_000 * 4096);
    expect(user / 1000).toBeLessThan(2_000);
  });
});

describe("an event stream in whole lines", () => {
  test("has the same bytes, and every chunk but the last ends with a line", async () => {
    await fc.assert(
      fc.asyncProperty(texts, lengths, async (text, cuts) => {
        const bytes = new TextEncoder().encode(text);
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            for (const chunk of chunksOf(bytes, cuts)) controller.enqueue(chunk);
            controller.close();
          },
        });
        const response = new Response(body, { headers: { "content-type": "text/event-stream" } });
        const chunks = await Array.fromAsync(
          wholeLines(response, { onExcess: unexpected }).body as ReadableStream<Uint8Array>,
        );
        expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
        for (const chunk of chunks.slice(0, -1)) expect(chunk.at(-1)).toBe(10);
      }),
      { numRuns: 50 },
    );
  });

  test("leaves the bytes of every other response as they are", async () => {
    const response = wholeLines(Response.json({ a: 1 }, { status: 202 }), { onExcess: unexpected });
    expect([response.status, await response.json()]).toEqual([202, { a: 1 }]);
    const empty = new Response(null, { status: 204 });
    expect(wholeLines(empty, { onExcess: unexpected })).toBe(empty);
  });

  /** Reads a response in small chunks. Returns how many bytes arrived, and how often a bound of 100 bytes was passed. */
  const read = async (type: string, text: string, size: number): Promise<readonly [number, number]> => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunksOf(new TextEncoder().encode(text), [size])) controller.enqueue(chunk);
        controller.close();
      },
    });
    let excesses = 0;
    let bytes = 0;
    const options = { maxBytes: 100, onExcess: () => void excesses++ };
    const stream = wholeLines(new Response(body, { headers: { "content-type": type } }), options).body;
    try {
      for await (const chunk of stream as ReadableStream<Uint8Array>) bytes += chunk.length;
    } catch (error) {
      expect(String(error)).toContain("a message of more than 100 bytes");
    }
    return [bytes, excesses];
  };
  const SSE = "text/event-stream; charset=utf-8";

  test.each([1, 7, 64, 10_000])("fails past the bound of an event, in chunks of %d bytes", async (size) => {
    for (const [type, endless] of [
      [SSE, "x".repeat(1_000)],
      [SSE, "data: x\n".repeat(100)],
      [SSE, "data: x\r\n".repeat(100)],
      ["application/json", `"${"x".repeat(1_000)}"`],
    ] as const) {
      const [bytes, excesses] = await read(type, endless, size);
      expect([bytes <= 100, excesses]).toEqual([true, 1]);
    }
    for (const event of ["data: x\n\n", "data: x\r\n\r\n", ": keep\n\n"])
      expect(await read(SSE, event.repeat(100), size)).toEqual([event.length * 100, 0]);
  });
});
