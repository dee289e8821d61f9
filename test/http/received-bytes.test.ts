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
      const all = Buffer.concat(pieces);
      for (const piece of pieces) received.push(piece);
      expect(received.size).toBe(received.take().length);
      expect(Buffer.compare(received.take(), all)).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test("the memory of a chunk is free once its bytes are taken, unless it is part of something else", () => {
  const received = new ReceivedBytes(10);
  const chunk = new Uint8Array([1, 2, 3]);
  const part = new Uint8Array([4, 5, 6, 7]).subarray(1);
  for (const piece of [chunk, part]) received.push(piece);
  expect([...received.take()]).toEqual([1, 2, 3, 5, 6, 7]);
  expect([chunk.buffer.detached, part.buffer.detached]).toEqual([true, false]);
});

test("the memory of a body that is dropped is free at once", () => {
  const received = new ReceivedBytes(10);
  received.push(new Uint8Array(5));
  const { buffer } = received.take();
  received.drop();
  expect([buffer.detached, received.size]).toEqual([true, 0]);
});
