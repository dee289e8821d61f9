import { expect, test } from "bun:test";
import fc from "fast-check";
import { readHtmlSheet } from "../../src/reading/html.ts";
import { tablesIn } from "../../src/reading/html-tables.ts";
import { type Block, blocksOf } from "../../src/reading/markdown.ts";
import { read, type Source } from "../../src/reading/read.ts";
import { split } from "../../src/reading/split.ts";
import { cpuMs } from "../support/cpu.ts";

/** As large as uploads may be: what is behind the last chunk that a document may have must cost next to nothing. */
const LENGTH = 18_000_000;
/** Of a text that may fit, as far as its length says, and must be split to see that it does not. */
const SPLIT_LENGTH = 14_500_000;
const LIMIT_MS = 3_000;

const refusalOf = async (type: Source["type"], text: string): Promise<unknown> => {
  const source = { type, bytes: Buffer.from(text), charset: "utf-8", baseUrl: undefined, isSheet: false };
  try {
    return split(await read(source, () => {})).length;
  } catch (error) {
    return error;
  }
};

const TEXTS = [
  ["Markdown headings", "text/markdown", "# a\n\nb\n\n"],
  ["Markdown code", "text/markdown", `${"    code\n".repeat(100)}\ntext\n\n`],
  ["Markdown quotations", "text/markdown", "> a\n"],
  ["plain headings", "text/plain", "1. A\n\nb.\n\n"],
  ["plain paragraphs", "text/plain", `${"A few words. ".repeat(60)}\n\n`],
  ["table rows", "text/csv", "name,count\n"],
] as const;
/** Each of its paragraphs is a chunk that repeats nothing, so a shorter text of them fits. */
const FITS = "plain paragraphs";

test.each([
  ...TEXTS.map((text) => [LENGTH, ...text] as const),
  ...TEXTS.filter(([name]) => name !== FITS).map((text) => [SPLIT_LENGTH, ...text] as const),
])(
  "a file with too much in it is refused without reading all of it: %d characters of %s",
  async (length, _, type, run) => {
    const text = run.repeat(length / run.length);
    let refusal: unknown;
    const spent = await cpuMs(async () => {
      refusal = await refusalOf(type, text);
    });
    expect(refusal).toMatchObject({ code: "too_large" });
    expect(spent).toBeLessThan(LIMIT_MS);
  },
);

test.each([
  ["rows of blank cells", "text/csv", "a,b\n1,2\n", ",\n"],
  ["blank rows between rows", "text/csv", "a,b\n1,2\n", "\n\n\n\n\n\n\n\n\n\n"],
  ["rows of an HTML table", "text/html", "<table>", "<tr><td>a<td>1"],
  ["blank rows of an HTML table", "text/html", "<table><tr><td>a<td>b", "<tr><td>"],
] as const)(
  "a sheet of too many rows is refused in a time that its rows do not matter to: %s",
  async (_, type, head, run) => {
    const text = `${head}${run.repeat(LENGTH / run.length)}${type === "text/csv" ? "3,4\n" : "<tr><td>1<td>2"}`;
    const source = { type, bytes: Buffer.from(text), charset: "utf-8", baseUrl: undefined, isSheet: true };
    let refusal: unknown;
    const spent = await cpuMs(async () => {
      refusal = await read(source, () => {}).catch((error: unknown) => error);
    });
    expect(refusal).toMatchObject({ code: "too_large" });
    expect(spent).toBeLessThan(LIMIT_MS * 2);
  },
  120_000,
);

test("a table of too many cells is no sheet where another table stands beside it, and holds none of them", () => {
  const large = `<table>${"<tr><td>a<td>1".repeat(520_000)}</table>`;
  const [first, second] = tablesIn(`${large}<table><tr><td>c<td>d</table>`);
  expect(first).toMatchObject({ isTooLarge: true, rows: [] });
  expect(second).toMatchObject({ isTooLarge: false, rows: [["c", "d"]] });
  expect(() => readHtmlSheet(large)).toThrow("more than 1000000 cells");
  expect(readHtmlSheet(`${large}<table><tr><td>c<td>d</table>`)).toBeNull();
}, 120_000);

const fragment = fc.constantFrom(
  ..."a|# a\n|\n|\n\n|a b\n|===\n|---\n|```\n|~~~\n|- a\n|  b\n|    c\n|1. a\n|> q\n|<p>\n|<!--\n|-->\n|[a]: b\n|* * *\n".split(
    "|",
  ),
  "| a |\n|---|\n| b |\n",
);

test("Markdown that is parsed in stretches has the blocks that it has as a whole", () => {
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }), (fragments, stretch) => {
      const text = fragments.join("");
      const inStretches = [...blocksOf(text, stretch)];
      expect(inStretches.map(({ raw }) => raw).join("")).toBe(text);
      expect(joined(inStretches)).toEqual(joined([...blocksOf(text)]));
    }),
    { numRuns: 500 },
  );
});

/** A list that fills a stretch becomes several. */
const joined = (blocks: readonly Block[]) =>
  blocks.reduce<{ type: string; raw: string }[]>((before, { type, raw }) => {
    const last = before.at(-1);
    if (last?.type === "list" && type === "list") last.raw += raw;
    else before.push({ type, raw });
    return before;
  }, []);
