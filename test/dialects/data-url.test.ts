import { expect, test } from "bun:test";
import fc from "fast-check";
import { readDataUrl } from "../../src/dialects/data-url.ts";

const read = (url: string) => {
  const file = readDataUrl(url);
  return file === null ? null : [file.mediaType, new TextDecoder().decode(file.bytes), file.name];
};

// From the examples of WHATWG Fetch §6 and of Web Platform Tests' fetch/data-urls/resources/data-urls.json.
test.each([
  ["data:,X", ["text/plain;charset=US-ASCII", "X", ""]],
  ["data:", null],
  ["data:text/html", null],
  ["data:text/html,<b>X</b>", ["text/html", "<b>X</b>", ""]],
  ["data:;charset=utf-8,%ED%95%9C", ["text/plain;charset=utf-8", "한", ""]],
  ["data:text/plain;charset=utf-8,한 글", ["text/plain;charset=utf-8", "한 글", ""]],
  ["data:text/plain,a%2Cb#fragment", ["text/plain", "a,b", ""]],
  ["data:text/plain,%zz%4", ["text/plain", "%zz%4", ""]],
  ["data:;base64,WA", ["text/plain;charset=US-ASCII", "X", ""]],
  ["DATA:text/markdown; BASE64,WA==", ["text/markdown", "X", ""]],
  ["data:text/plain;base64,W%20A%3D%3D", ["text/plain", "X", ""]],
  ["data:text/plain;base64,W", null],
  ["data:text/plain;base64,*", null],
  ["data:nonsense,X", ["text/plain;charset=US-ASCII", "X", ""]],
  ["data:text/plain;name=note.txt;base64,WA==", ["text/plain;name=note.txt", "X", "note.txt"]],
  [" data:text/plain,X", ["text/plain", "X", ""]],
  ["https://example.com/,X", null],
  ["", null],
])("%p", (url, file) => {
  expect(read(url)).toEqual(file);
});

test("data is read back unchanged, in both encodings", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const escaped = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
      for (const url of [`data:a/b;base64,${Buffer.from(bytes).toString("base64")}`, `data:a/b,${escaped}`]) {
        expect(Buffer.from(readDataUrl(url)?.bytes ?? []).equals(bytes)).toBe(true);
      }
    }),
  );
});

test("no text makes the parser throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 100 }), (text) => {
      readDataUrl(text);
      readDataUrl(`data:${text}`);
      readDataUrl(`data:${text};base64,${text}`);
    }),
    { numRuns: 2_000 },
  );
});
