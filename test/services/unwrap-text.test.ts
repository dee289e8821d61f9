import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { excerptIn } from "../../src/services/til/excerpt.ts";
import { tagsIn } from "../../src/services/til/tags.ts";
import { titleIn } from "../../src/services/til/title.ts";
import { unwrapText } from "../../src/services/til/unwrap-text.ts";

const LABELS = ["title", "제목"];

type Wrapping = readonly [name: string, wrap: (text: string) => string];
const WRAPPINGS: readonly Wrapping[] = [
  ["JSON object", (text) => JSON.stringify({ title: text })],
  ["JSON object with others", (text) => JSON.stringify({ language: "en", Title: text })],
  ["JSON object in lines", (text) => JSON.stringify({ 제목: text }, null, 2)],
  ["JSON in JSON", (text) => JSON.stringify({ result: { title: text } })],
  ["JSON string", (text) => JSON.stringify(text)],
  ["JSON list", (text) => JSON.stringify([text])],
  ["fence", (text) => `\`\`\`\n${text}\n\`\`\``],
  ["fence with a language", (text) => `~~~json\n${text}\n~~~`],
  ["bold", (text) => `**${text}**`],
  ["underscores", (text) => `__${text}__`],
  ["italic", (text) => `*${text}*`],
  ["code", (text) => `\`${text}\``],
  ["quotes", (text) => `“${text}”`],
  ["Korean quotes", (text) => `「${text}」`],
  ["label", (text) => `Title: ${text}`],
  ["Korean label", (text) => `제목 : ${text}`],
  ["bold label", (text) => `**Title:** ${text}`],
  ["label in bold", (text) => `**TITLE**: ${text}`],
  ["label as a heading", (text) => `## Title:\n\n${text}`],
  ["announcement", (text) => `Here is the title you asked for:\n\n${text}`],
  ["heading", (text) => `# ${text}`],
  ["white space", (text) => `\n  ${text}\n\n`],
];
/** Marks that mean something only around a text of one line without them. */
const INLINE = new Set(["bold", "underscores", "italic", "code", "quotes", "Korean quotes", "heading"]);

const plain = fc
  .array(
    fc.constantFrom("How", "Postgres", "locks", "rows", "인덱스를", "다시", "쓰면", "C++", "a = b,", "(v2)", "100%"),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((words) => words.join(" "));

describe("a text that a model has wrapped", () => {
  test.each(WRAPPINGS.map(([name, wrap]) => [name, wrap] as const))("in: %s", (_name, wrap) => {
    expect(unwrapText(wrap("How Postgres locks rows"), LABELS)).toBe("How Postgres locks rows");
  });

  test("is recovered from any nesting of marks, with or without a label, JSON or a fence", () => {
    const inline = WRAPPINGS.filter(([name]) => INLINE.has(name) && name !== "heading").map(([, wrap]) => wrap);
    const block = WRAPPINGS.filter(([name]) => !INLINE.has(name)).map(([, wrap]) => wrap);
    fc.assert(
      fc.property(
        plain,
        fc.uniqueArray(fc.constantFrom(...inline), { maxLength: 2 }),
        fc.array(fc.constantFrom(...block), { maxLength: 3 }),
        (text, marks, blocks) => {
          // Two kinds of asterisks, or of backticks around a fence, would not be a nesting but another mark.
          const marked = marks.reduce((inner, wrap) => (/[*`]/.test(inner) ? inner : wrap(inner)), text);
          const wrapped = blocks.reduce(
            (inner, wrap) => (isFence(wrap) && inner.includes("\n") ? inner : wrap(inner)),
            marked,
          );
          expect(unwrapText(wrapped, LABELS)).toBe(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("that is not wrapped stays as it is", () => {
    fc.assert(
      fc.property(plain, (text) => {
        expect(unwrapText(text, LABELS)).toBe(text);
      }),
    );
    for (const text of [
      '"Foo" and "Bar"',
      "**Locks** and **rows**",
      "`a` or `b`",
      "Titles: how to choose them",
      "[1, 2]",
      '{"a": 1, "b": 2}',
      "Subtitle: x",
      '"',
      "**",
      "```",
      "Title:",
    ]) {
      expect(unwrapText(text, LABELS)).toBe(text);
    }
  });

  test("never throws, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(unwrapText(text, LABELS).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

const isFence = (wrap: (text: string) => string): boolean => /^[`~]/.test(wrap("x"));

test.each([
  ['```json\n{"title": "Locks in Postgres"}\n```', "Locks in Postgres"],
  ['**Title:** "Locks in Postgres"', "Locks in Postgres"],
  ["제목: **Postgres의 잠금**", "Postgres의 잠금"],
  ["- **Locks**", "Locks"],
  ["Sure! Here is a title:\n\n# Locks", "Locks"],
])("a note's title in %j is %j", (answer, title) => {
  expect(titleIn(answer, "")).toBe(title);
});

test.each([
  ['{"excerpt": "Rows are locked.\\nTables too."}', "Rows are locked. Tables too."],
  ["요약: 행을 잠근다.", "행을 잠근다."],
  ["```\nRows are locked.\n```", "Rows are locked."],
])("a note's excerpt in %j is %j", (answer, excerpt) => {
  expect(excerptIn(answer, "")).toBe(excerpt);
});

test.each([
  "Tags: postgres, locks",
  '```json\n{"tags": ["postgres", "locks"]}\n```',
  "**postgres**, **locks**",
  '{"tags":"postgres, locks"}',
  "태그: postgres, locks",
])("a note's tags in %j are found", (answer) => {
  expect(tagsIn(answer, []).map(({ name }) => name)).toEqual(["postgres", "locks"]);
});
