import { describe, expect, test } from "bun:test";
import { constants, createGunzip, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { GzipEncoder } from "../../src/wire/gzip.ts";

const utf8 = new TextEncoder();
const join = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));

/** Like the frames of a stream: similar, short, with some long or incompressible ones among them. */
const frame = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => utf8.encode(`data: ${text}\n\n`)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 40_000 })
      .map((length) => utf8.encode("ab여울".repeat(length)).subarray(0, length)),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 2040, max: 2056 }).map((length) => crypto.getRandomValues(new Uint8Array(length))),
  },
);

describe("gzip in parts", () => {
  test("is one member that any decoder accepts, for any parts", () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 40 }), (frames) => {
        const gzip = new GzipEncoder();
        const pieces = [...frames.map((data) => gzip.encode(data)), gzip.end()];
        expect(join([gunzipSync(join(pieces))])).toEqual(join(frames));
      }),
      { numRuns: 150 },
    );
  });

  test("can be decoded up to each part as soon as it has arrived", () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 8 }), (frames) => {
        const gzip = new GzipEncoder();
        const pieces: Uint8Array[] = [];
        for (const [index, data] of frames.entries()) {
          pieces.push(gzip.encode(data));
          const soFar = gunzipSync(join(pieces), { finishFlush: constants.Z_SYNC_FLUSH });
          expect(join([soFar])).toEqual(join(frames.slice(0, index + 1)));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("can be cut anywhere in transit", async () => {
    const frames = Array.from({ length: 30 }, (_, n) => utf8.encode(`event: token\ndata: {"delta":"${n}여울"}\n\n`));
    const gzip = new GzipEncoder();
    const all = join([...frames.map((data) => gzip.encode(data)), gzip.end()]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(all.length), { maxLength: 12 }), async (cuts) => {
        const gunzip = createGunzip();
        const edges = [0, ...cuts.sort((a, b) => a - b), all.length];
        for (const [index, edge] of edges.slice(1).entries()) gunzip.write(all.subarray(edges[index], edge));
        gunzip.end();
        expect(join(await Array.fromAsync(gunzip as AsyncIterable<Uint8Array>))).toEqual(join(frames));
      }),
      { numRuns: 30 },
    );
  });

  test("shrinks token frames to a quarter or less", () => {
    const gzip = new GzipEncoder();
    const frames = Array.from({ length: 200 }, (_, seq) =>
      utf8.encode(
        `id: t:${seq}\nevent: token\ndata: {"type":"token","seq":${seq},"payload":{"delta":"word${seq * 7919}"}}\n\n`,
      ),
    );
    const packed = join(frames.map((data) => gzip.encode(data)));
    expect(packed.length).toBeLessThan(join(frames).length / 4);
  });
});
