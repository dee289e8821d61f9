import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Reading, TextChunk } from "../../src/reading/contract.ts";
import { type SplitBounds, split } from "../../src/reading/split.ts";
import { cpuMs } from "../support/cpu.ts";

const reading = (text: string, mediaType = "text/markdown"): Reading => ({
  title: null,
  text,
  table: null,
  mediaType,
  pageStarts: [],
});
const bounds = (max: number, overlap = 0): SplitBounds => ({ max, overlap, maxChunks: 100_000 });
const contents = (chunks: readonly TextChunk[]): readonly string[] => chunks.map(({ content }) => content);

/** Text of every kind of block, with words that have surrogate pairs and multi-code-point characters. */
const fragment = fc.oneof(
  fc.constantFrom(
    "# Head\n\n",
    "## 둘째 제목\n\n",
    "- item\n- 항목\n",
    "| a | b |\n| - | - |\n| 1 | 2 |\n\n",
    "> quote\n\n",
    "---\n\n",
  ),
  fc.constantFrom(
    "A sentence. Another one! e.g. this. ",
    "문장이다. 그리고 또 하나의 문장입니다. ",
    "\n\n",
    "\n",
    "    code\n",
    "1. 목적\n",
    "[장]\n",
  ),
  fc.constant("```\n# no heading\n```\n\n"),
  fc.constantFrom("🌊", "👩‍👩‍👧‍👦", "é", "🇰🇷", "각").map((sign) => sign.repeat(30)),
  fc.string({ unit: "grapheme", maxLength: 40 }),
);
const placesOf = (content: string, text: string): readonly number[] => {
  const places: number[] = [];
  for (let at = text.indexOf(content); at >= 0; at = text.indexOf(content, at + 1)) places.push(at);
  return places;
};
const anyText = fc
  .array(fragment, { maxLength: 40 })
  .map((parts) => parts.join("").replace(/\r\n?/g, "\n").toWellFormed());
const anyBounds = fc
  .record({ max: fc.integer({ min: 8, max: 300 }), overlap: fc.integer({ min: 0, max: 100 }) })
  .map(({ max, overlap }) => bounds(max, Math.min(overlap, max - 1)));
const anyType = fc.constantFrom("text/markdown", "text/plain");

describe("any text", () => {
  test("is split into chunks that are within bounds, not blank, and made of whole characters", () => {
    fc.assert(
      fc.property(anyText, anyBounds, anyType, (text, limits, type) => {
        for (const { content } of split(reading(text, type), limits)) {
          expect(content.length).toBeLessThanOrEqual(limits.max);
          expect(content.trim()).not.toBe("");
          expect(content.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test("is complete and in order: only white space is between chunks", () => {
    fc.assert(
      fc.property(anyText, anyBounds, anyType, (text, limits, type) => {
        // In a repetitive text a chunk occurs at several places, so all placements are followed.
        let ends = new Set([0]);
        for (const { content } of split(reading(text, type), limits)) {
          const follows = (start: number) =>
            [...ends].some((end) => start >= end - limits.overlap && text.slice(end, start).trim() === "");
          ends = new Set(
            placesOf(content, text)
              .filter(follows)
              .map((start) => start + content.length),
          );
          expect(ends.size).toBeGreaterThan(0);
        }
        expect([...ends].some((end) => text.slice(end).trim() === "")).toBe(true);
      }),
    );
  });
});

describe("Markdown", () => {
  test("is split at headings, which each chunk has", () => {
    const chunks = split(reading("intro\n\n# A\n\n## B\n\none\n\n## C\n\n```\n# no\n```\n\n# D\n\ntwo"), bounds(500));
    expect(chunks.map(({ headings, content }) => [headings.join(" > "), content])).toEqual([
      ["", "intro"],
      ["A > B", "# A\n\n## B\n\none"],
      ["A > C", "## C\n\n```\n# no\n```"],
      ["D", "# D\n\ntwo"],
    ]);
  });

  test("is split between sentences where a paragraph is too long, and repeats the last of them", () => {
    const text = "One is one. Two is e.g. this. 셋은 셋이다. Four is 3.14 long.";
    expect(contents(split(reading(text), bounds(42, 14)))).toEqual([
      "One is one. Two is e.g. this. 셋은 셋이다.",
      "셋은 셋이다. Four is 3.14 long.",
    ]);
  });

  test("has something new in each chunk, even where only a blank line exceeds the bound", () => {
    const code = "```\n# no heading\n```";
    expect(contents(split(reading(`${code}\n\n${code}\n\n${code}\n\n`), bounds(42, 22)))).toEqual([
      `${code}\n\n${code}`,
      `${code}\n\n${code}`,
    ]);
  });

  test("is split between lines where a list or code is too long", () => {
    expect(contents(split(reading("- one two\n- three\n- four\n"), bounds(18)))).toEqual([
      "- one two\n- three",
      "- four",
    ]);
  });

  test.each(["1. ", "> ", "- > ", "- "])("of nothing but marks, %j, is read quickly", async (mark) => {
    const source = mark.repeat(100_000);
    let chunks = 0;
    const spent = await cpuMs(() => {
      chunks = split(reading(source)).length;
    });
    expect(chunks).toBeGreaterThan(0);
    expect(spent).toBeLessThan(2_000);
  });

  test("of one long word is cut between whole characters", () => {
    for (const content of contents(split(reading("👩‍👩‍👧‍👦".repeat(20)), bounds(30)))) {
      expect(content.replaceAll("👩‍👩‍👧‍👦", "")).toBe("");
    }
  });
});

describe("plain text", () => {
  test.each([
    ["a number", "1. Aim"],
    ["two numbers", "2.3 Aim"],
    ["brackets", "[Aim]"],
    ["capitals", "THE AIM"],
    ["an article", "제3조 목적"],
  ])("has the headings that people write: %s", (_, heading) => {
    const [, piece] = split(reading(`The title\n\nText.\n\n${heading}\nIt says so.\n`, "text/plain"), bounds(500));
    expect(piece?.headings).toEqual(["The title", heading.replace(/[[\]]/g, "")]);
    expect(piece?.content).toBe(`${heading}\nIt says so.`);
  });

  test("has no heading where a sentence only begins a paragraph", () => {
    const [piece] = split(reading("It begins here,\nand goes on.\n\nAnother\nparagraph.\n", "text/plain"), bounds(500));
    expect(piece?.headings).toEqual([]);
  });
});

test("a chunk of a PDF has its page number", () => {
  const text = "one\n\ntwo\n\nthree";
  const chunks = split({ ...reading(text, "application/pdf"), pageStarts: [0, 5, 10] }, bounds(5));
  expect(chunks.map(({ content, metadata }) => [content, metadata])).toEqual([
    ["one", { page: 1 }],
    ["two", { page: 2 }],
    ["three", { page: 3 }],
  ]);
});

describe("a table", () => {
  const table = (rows: number) => ({
    ...reading("", "text/csv"),
    table: {
      columns: ["품번", "재고", "비고"],
      rows: Array.from({ length: rows }, (_, at) => [`A-${at}`, String(at), at % 2 ? "" : "a\nb"]),
    },
  });

  test("has a chunk for each row, with the column's name before each cell", () => {
    const chunks = split(table(3), bounds(500));
    expect(contents(chunks)).toEqual([
      "품번: A-0; 재고: 0; 비고: a b",
      "품번: A-1; 재고: 1",
      "품번: A-2; 재고: 2; 비고: a b",
    ]);
    expect(chunks[2]).toMatchObject({ metadata: { rows: [3, 3] }, rows: [["A-2", "2", "a\nb"]] });
  });

  test("that is large has several rows in a chunk, and each row in only one", () => {
    const large = table(12_001);
    const chunks = split(large, bounds(500));
    expect(chunks.length).toBeLessThan(5_000);
    expect(chunks.flatMap(({ rows }) => rows)).toEqual([...large.table.rows]);
    for (const { content } of chunks) expect(content.length).toBeLessThanOrEqual(500);
  });
});

test("too many chunks are refused", () => {
  expect(() => split(reading("a\n\n# b\n\n".repeat(50)), { ...bounds(500), maxChunks: 10 })).toThrow(
    "more than 10 chunks",
  );
});

test("a document is refused for its length alone only where its chunks would be too many", () => {
  fc.assert(
    fc.property(
      anyText,
      anyBounds,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 6 }),
      (text, limits, most, times) => {
        const long = reading(text.repeat(times));
        const count = split(long, { ...limits, maxChunks: Number.MAX_SAFE_INTEGER }).length;
        const refused = () => split(long, { ...limits, maxChunks: most });
        if (count > most) expect(refused).toThrow("more than");
        else expect(refused()).toHaveLength(count);
      },
    ),
    { numRuns: 500 },
  );
});
