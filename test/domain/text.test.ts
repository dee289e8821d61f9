import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { beginning, isStorable, SurrogateJoiner, storable, storableJson, storableText } from "../../src/domain/text.ts";

/** Any UTF-16, including lone surrogates and NUL. */
const units = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0xd83d, 0xde00, 0x41, 0xac00)),
  { maxLength: 40 },
);
const anyText = units.map((codes) => String.fromCharCode(...codes));

const joined = (pieces: readonly string[]): string => {
  const joiner = new SurrogateJoiner();
  return pieces.map((piece) => joiner.push(piece)).join("") + joiner.flush();
};

describe("text that the store can save", () => {
  test("has no NUL and no lone surrogate", () => {
    for (const text of ["", "abc", "가", "😀", "\ufffd"])
      expect([isStorable(text), storable(text)]).toEqual([true, text]);
    for (const [text, better] of [
      ["a\0b", "a\ufffdb"],
      ["\ud83d", "\ufffd"],
      ["\ude00\ud83d", "\ufffd\ufffd"],
    ] as const)
      expect([isStorable(text), storable(text)]).toEqual([false, better]);
  });

  test("can be made of any text, has the same length, and is unchanged the second time", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const better = storable(text);
        expect(isStorable(better)).toBe(true);
        expect(better).toHaveLength(text.length);
        expect(storable(better)).toBe(better);
        if (isStorable(text)) expect(better).toBe(text);
      }),
    );
  });

  test("is the only text left in repaired JSON, including keys, and other values are unchanged", () => {
    expect(storableJson({ "k\0": ["\ud800", 1, null, true, { a: "ok" }] })).toEqual({
      "k\ufffd": ["\ufffd", 1, null, true, { a: "ok" }],
    });
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(storableJson(JSON.parse(JSON.stringify(value)))).toEqual(JSON.parse(storable(JSON.stringify(value))));
      }),
    );
  });
});

describe("JSON of text that the store can save", () => {
  const values = fc.oneof(fc.jsonValue(), fc.array(fc.dictionary(anyText, anyText)));

  test("is that of the same value with its text repaired, for any value", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(storableText(value)).toBe(JSON.stringify(storableJson(JSON.parse(JSON.stringify(value)))));
      }),
    );
  });

  test("is unchanged where something only looks like an escape", () => {
    const text = String.raw`\u0000 and \ud800`;
    expect(JSON.parse(storableText({ text }))).toEqual({ text });
  });
});

describe("text that comes in deltas", () => {
  test("is repaired as if it were in one piece, wherever it is cut", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (let cut = 0; cut <= text.length; cut++) {
          expect(joined([text.slice(0, cut), text.slice(cut)])).toBe(storable(text));
        }
      }),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(anyText, (text) => {
        expect(joined([...Array(text.length).keys()].map((at) => text.slice(at, at + 1)))).toBe(storable(text));
      }),
    );
  });

  test("holds back no more than a lone surrogate", () => {
    const joiner = new SurrogateJoiner();
    expect(joiner.push("ab\ud83d")).toBe("ab");
    expect(joiner.push("")).toBe("");
    expect(joiner.push("\ude00")).toBe("😀");
    expect(joiner.flush()).toBe("");
    expect(joiner.push("\ud83d")).toBe("");
    expect(joiner.flush()).toBe("\ufffd");
    expect(joiner.flush()).toBe("");
  });
});

describe("the beginning of a text", () => {
  test.each([
    ["abc", 3, "abc"],
    ["abcd", 3, "abc"],
    ["가나다", 2, "가나"],
    ["🎉🎉🎉", 2, "🎉🎉"],
    // e with a combining accent, a family of three, a flag of two letters.
    ["ab\u0065\u0301", 3, "ab"],
    ["a👨‍👩‍👧b", 4, "a"],
    ["🇰🇷🇰🇷", 3, "🇰🇷"],
    ["\r\n", 1, "\r"],
    [`e${"\u0301".repeat(300)}`, 200, `e${"\u0301".repeat(199)}`],
    ["", 3, ""],
  ])("of %j, %i at most: %j", (text, count, start) => {
    expect(beginning(text, count)).toBe(start);
  });

  test("cuts where the segmenter sees a boundary", () => {
    const segmenter = new Intl.Segmenter("ko", { granularity: "grapheme" });
    const unit = fc.constantFrom("a", " ", "가", "\u1100", "\u11a8", "각", "\u0301", "\u200d", "👩", "🇰", "\r", "\n");
    fc.assert(
      fc.property(fc.string({ unit, minLength: 2, maxLength: 12 }), fc.integer({ min: 1, max: 12 }), (text, count) => {
        const start = beginning(text, count);
        const boundaries = [...segmenter.segment(text)].map(({ index }) => index);
        const [, second = text.length] = boundaries;
        // A single character longer than the limit is cut.
        if ([...text.slice(0, second)].length > count) return;
        expect([...boundaries, text.length]).toContain(start.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test("is a prefix of the text, never longer than the limit, and never ends in a lone surrogate", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 12 }), (text, count) => {
        const start = beginning(text, count);
        expect(text.startsWith(start)).toBe(true);
        expect([...start].length).toBeLessThanOrEqual(count);
        expect(start.isWellFormed()).toBe(true);
        expect(start === "").toBe(text === "");
      }),
    );
  });
});
