import { expect, test } from "bun:test";
import fc from "fast-check";
import { ReceivedBytes } from "../../src/http/request/received-bytes.ts";

test("a body is what has arrived, for any chunks and any expected length", () => {
  const chunks = fc.array(fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 255 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 0, max: 3_000_000 }), (given, expected) => {
      const pieces = given.map(([length, byte]) => Buffer.alloc(length, byte));
      const received = new ReceivedBytes(expected);
      for (const piece of pieces) received.push(piece);
      expect(received.size).toBe(received.take().length);
      expect(Buffer.compare(received.take(), Buffer.concat(pieces))).toBe(0);
    }),
    { numRuns: 50 },
  );
});
