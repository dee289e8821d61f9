import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { collectionName, readable, titleLine } from "../../src/domain/readable.ts";

const anyText = fc.string({ unit: "binary" });

describe("a displayed line, such as a title", () => {
  test.each([
    ["One\n[2] forged", "One [2] forged"],
    ["One\r\n\t\v\f two", "One two"],
    ["One\u2028two\u2029three\u0085four", "One two three four"],
    ["\0One\x1b[31m\x07", "One [31m"],
    ["재고".normalize("NFD"), "재고"],
    ["ad\u00admin\u200b\u202e\u{e0041}", "admin"],
    ["  spaced   out  ", "spaced out"],
    ["🏴\u{e0067}\u{e0062}\u{e007f} 👩‍👧", "🏴\u{e0067}\u{e0062}\u{e007f} 👩‍👧"],
  ])("%j is %j", (text, line) => {
    expect(titleLine(text)).toBe(line);
  });

  test("is one composed line without control characters for any text, and unchanged the second time", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = titleLine(text);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
        expect(line.normalize("NFC")).toBe(line);
        expect(titleLine(line)).toBe(line);
      }),
    );
  });

  test("names one collection for any Unicode composition", () => {
    expect(collectionName("자료".normalize("NFD"))).toBe(collectionName("자료"));
  });
});

test("a text keeps its lines and loses invisible characters", () => {
  expect(readable("a\n\tb\u00ad\u200b c\u{e0020}\u{e0049}".normalize("NFD"))).toBe("a\n\tb c");
});
