import { expect, test } from "bun:test";
import fc from "fast-check";
import { Utf8 } from "../../src/upstream/utf8.ts";

/** Each part lies amid other bytes, as a chunk does. */
const readIn = (pieces: readonly Uint8Array[]): string => {
  const utf8 = new Utf8();
  return pieces
    .map((piece) => utf8.read(Buffer.concat([Buffer.from("|"), piece, Buffer.from("울")]), 1, 1 + piece.length))
    .join("");
};

const decoded = (pieces: readonly Uint8Array[]): string => {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("");
};

/** Bytes that form characters, broken characters and byte order marks. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom([0xef, 0xbb, 0xbf], [0xed, 0x95], [0x9c], [0xf0, 0x9f], [0x98, 0x80], [0xc0, 0x80], [10])
    .map(Buffer.from),
);

test("parts are read as by a TextDecoder, for any bytes and cuts", () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 12 }), (pieces) => {
      expect(readIn(pieces)).toBe(decoded(pieces));
    }),
    { numRuns: 5_000 },
  );
});

test("a leading byte order mark is dropped, even when it is cut, and a later one is text", () => {
  const mark = Buffer.from("\uFEFF");
  const text = Buffer.from("data\n");
  expect(readIn([mark, text, mark, text])).toBe("data\n\uFEFFdata\n");
  expect(readIn([mark.subarray(0, 1), mark.subarray(1), text])).toBe("data\n");
});
