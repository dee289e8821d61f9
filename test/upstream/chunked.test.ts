import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Chunked } from "../../src/upstream/chunked.ts";

/** Reads a body that arrives in parts of these sizes, in turn. Returns its content and the number of bytes it used. */
const readIn = (text: string, sizes: readonly number[] = [text.length]) => {
  const all = Buffer.from(text);
  const body = new Chunked();
  const chunks: Buffer[] = [];
  let read = 0;
  for (let at = 0, turn = 0; at < all.length && !body.isOver; turn++) {
    const piece = all.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
    let from = 0;
    while (from < piece.length && !body.isOver) {
      from = body.read(piece, from, (bytes, start, end) => chunks.push(Buffer.from(bytes.subarray(start, end))));
    }
    read += from;
    at += piece.length;
  }
  return { text: Buffer.concat(chunks).toString(), read, isOver: body.isOver };
};

describe("a body in chunks is read", () => {
  test.each([
    ["of one chunk", "2\r\nhi\r\n0\r\n\r\n", "hi"],
    ["of no chunk", "0\r\n\r\n", ""],
    ["with sizes in either case", "a\r\nhello, you\r\nA\r\nhello, you\r\n0\r\n\r\n", "hello, youhello, you"],
    ["with zeros before a size", "00000000000000000002\r\nhi\r\n000\r\n\r\n", "hi"],
    ["with extensions", '2;a="b";c\r\nhi\r\n0;d\r\n\r\n', "hi"],
    ["with white space after a size", "2 \t;x\r\nhi\r\n0 \r\n\r\n", "hi"],
    ["with trailers", "2\r\nhi\r\n0\r\na: 1\r\nb: 2\r\n\r\n", "hi"],
    ["with lines that end in a line feed", "2\nhi\n0\na: 1\n\n", "hi"],
    ["whose content looks like chunks", "8\r\n\r\n0\r\n\r\n;\r\n0\r\n\r\n", "\r\n0\r\n\r\n;"],
  ])("%s, for any cuts, up to its last byte and no further", (_, text, expected) => {
    for (let size = 1; size <= text.length + 8; size++) {
      expect(readIn(`${text}HTTP/1.1`, [size])).toEqual({ text: expected, read: text.length, isOver: true });
    }
  });

  test("as it was written", () => {
    const piece = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), sizes, (pieces, sizes) => {
        const chunks = pieces.map((text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
        expect(readIn(`${chunks.join("")}0\r\n\r\n`, sizes)).toMatchObject({
          text: Buffer.from(pieces.join("")).toString(),
          isOver: true,
        });
      }),
    );
  });
});

describe("a chunk is invalid that", () => {
  test.each([
    ["does not end where it should", "2\r\nhi, you\r\n"],
    ["has a negative size", "1\r\nx\r\n-6\r\nz"],
    ["has no size", "2\r\nhi\r\nzz\r\nmore\r\n0\r\n\r\n"],
    ["has a size past the limit", "fffffffffffff\r\nx"],
    ["has an empty line in place of its size", "\r\n2\r\nhi\r\n"],
    ["has an extension in place of its size", ";x\r\nhi\r\n"],
    ["has two sizes", "2 3\r\nhi\r\n"],
    ["has a size whose line is broken", "2\r3\r\nhi\r\n"],
    ["has an extension whose line is broken", "2;a\rb\r\nhi\r\n"],
    ["is followed by half a line end", "2\r\nhi\r\r\n"],
    ["is the last and ends in half a line end", "2\r\nhi\r\n0\r\n\rx\r\n\r\n"],
  ])("%s", (_, text) => {
    for (const size of [1, 3, text.length]) expect(() => readIn(text, [size])).toThrow("The server sent");
  });

  test.each([
    ["an extension", "2;", "x"],
    ["white space", "2", " "],
    ["trailers", "2\r\nhi\r\n0\r\n", "a: 1\r\n"],
  ])("has %s without end", (_, start, filling) => {
    expect(() => readIn(start + filling.repeat(20_000), [1_000])).toThrow("longer than");
  });

  test.each([..."/:@G`g"])("has %s as a digit", (digit) => {
    expect(() => readIn(`1${digit}\r\nx`)).toThrow("The server sent");
  });

  test("while any amount of body may come between two short sizes", () => {
    const chunk = `8000;${"x".repeat(1_000)}\r\n${"y".repeat(0x8000)}\r\n`;
    expect(readIn(`${chunk.repeat(40)}0\r\n\r\n`, [10_000])).toMatchObject({ isOver: true });
  });
});
