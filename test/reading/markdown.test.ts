import { expect, test } from "bun:test";
import { blocksOf, readMarkdown } from "../../src/reading/markdown.ts";
import { openReader } from "../../src/reading/reader.ts";
import { readingWith } from "../support/uploads.ts";

const { chunks } = readingWith(openReader());

test.each([
  ["a power and an index", "10<sup>5</sup> H<sub>2</sub>O", "10⁵ H₂O"],
  ["what is struck out", "<del>1,000</del> 800", "~~1,000~~ 800"],
  ["a line end in a cell", "| a<br>b |", "| a b |"],
  ["no comment", "before <!-- hidden\nfor long --> behind", "before  behind"],
  ["what begins a comment and does not end one", "a <!-- b", "a <!-- b"],
  [
    "tags that are spoken of",
    "`10<sup>5</sup>` and\n\n```\n<!-- x --><sub>1</sub>\n```\n",
    "`10<sup>5</sup>` and\n\n```\n<!-- x --><sub>1</sub>\n```\n",
  ],
])("Markdown gives %s as displayed", (_, source, text) => {
  expect(readMarkdown(source).text).toBe(text);
});

test("of a heading as long as a book only the beginning is repeated", async () => {
  const { chunks: split } = await chunks("a.md", `# ${"word ".repeat(20_000)}\n\n${"Some text.\n\n".repeat(100)}`);
  expect(Math.max(...split.flatMap(({ headings }) => headings.map(({ length }) => length)))).toBeLessThanOrEqual(300);
  expect(
    split
      .map(({ content }) => content)
      .join("")
      .match(/word/g)?.length,
  ).toBeGreaterThanOrEqual(20_000);
});

test("a table longer than the lookahead is one block, and so is the text after it", () => {
  const rows = Array.from({ length: 3_000 }, (_, at) => `| row ${at} | ${at} |\n`).join("");
  const source = `# Title\n\n| a | b |\n|---|---|\n${rows}\nBehind it.\n\n- a list\n`;
  const blocks = [...blocksOf(source)].filter(({ type }) => type !== "space");
  expect(blocks.map(({ type }) => type)).toEqual(["heading", "table", "paragraph", "list"]);
  expect([...blocksOf(source)].map(({ raw }) => raw).join("")).toBe(source);
});
