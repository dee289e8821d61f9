import { expect, test } from "bun:test";
import { readable, titleLine } from "../../src/domain/readable.ts";
import { sentencesOf } from "../../src/domain/sentences.ts";
import { termsOf } from "../../src/domain/terms.ts";
import { addFeatures } from "../../src/models/embedding/features.ts";
import { read, type Source } from "../../src/reading/read.ts";
import { split } from "../../src/reading/split.ts";
import { tsvectorOf } from "../../src/store/documents/lexemes.ts";
import { cpuMs } from "../support/cpu.ts";

/** For this many characters, linear work takes 1 to 200 ms and quadratic work two thousand million steps. */
const LENGTH = 60_000;
/** The same for a page that is parsed into a DOM. */
const OF_A_PAGE = LENGTH / 2;
const LIMIT_MS = 1_500;

const RUNS = [
  ..." \n\t\r\u00a0\u3000a1가A-_.,;:<>()[]{}*`~#|\"'\\/=$^+%@&!?0°€漢é\u0301\u200b",
  ...[
    " \n",
    "\n ",
    "\t\n",
    "a\n",
    "a \n",
    "|a|\n",
    "|a|\n|-|\n",
    "|-|\n",
    "> ",
    "> a\n",
    "- a\n",
    "1. ",
    "1.",
    "e.g. ",
  ],
  ...[
    "```\n",
    "~~~\n",
    "<a",
    "<a ",
    "<p>",
    "<td>",
    "<!--",
    "-->",
    "</p>",
    "<del> ",
    "<pre>\t",
    "[a](",
    "![",
    "[a\n",
    "***",
  ],
  ...[
    "a\n===\n",
    "a\n---\n",
    "&",
    "&amp",
    "a,",
    "a,\n",
    ",\n",
    '",',
    '"a"',
    "a;b\n",
    "주 ",
    "주) ",
    "note ",
    "1,",
    "1,000",
  ],
  ...[
    "가1",
    "a1",
    "a-1",
    "가 ",
    "재고관리",
    "a.b",
    "a@b",
    "10^5",
    "5 ",
    "°c",
    "👍🏽",
    "🇰",
    "\u{e0061}",
    "\u1100\u1161",
  ],
];
/** Text that continues no run: an expression that searches for an end searches from each position. */
const END = "\u0001";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const fileOf = (type: Source["type"], text: string, isSheet = false): Source => ({
  type,
  bytes: bytesOf(text),
  charset: undefined,
  baseUrl: undefined,
  isSheet,
});
const readAndSplit = async (source: Source): Promise<void> => {
  split(await read(source, () => {}));
};

/** The operations on a text, and where in it a run may be. */
const WORKS: readonly (readonly [string, (run: string) => unknown])[] = [
  ["readable text", readable],
  ["a title", titleLine],
  ["sentences", sentencesOf],
  ["words", termsOf],
  ["lexemes", (run) => tsvectorOf(["@2"], [run.slice(0, 300)], run)],
  ["an embedding's features", (run) => addFeatures(run, () => {})],
  ["plain text", (run) => readAndSplit(fileOf("text/plain", `Title\n\n${run}`))],
  ["Markdown", (run) => readAndSplit(fileOf("text/markdown", run))],
  ["a heading", (run) => readAndSplit(fileOf("text/markdown", `# ${run}`))],
  ["a page", (run) => readAndSplit(fileOf("text/html", `<title>t</title><p>${run.slice(-OF_A_PAGE)}`))],
  [
    "a page's code",
    (run) =>
      readAndSplit(fileOf("text/html", `<pre>${run.slice(-OF_A_PAGE)}</pre><del>${run.slice(-OF_A_PAGE)}</del>`)),
  ],
  [
    "a page's style",
    (run) =>
      readAndSplit(
        fileOf("text/html", `<style>${run.slice(-OF_A_PAGE)}</style><p style="${run.slice(-OF_A_PAGE)}">a</p>`),
      ),
  ],
  ["a table", (run) => readAndSplit(fileOf("text/csv", `a,b\n${run}`))],
  [
    "a cell",
    (run) => readAndSplit(fileOf("text/csv", `a,b\n1,2\n\n"${run.slice(0, 30_000).replaceAll('"', '""')}"\n`)),
  ],
  ["a sheet", (run) => readAndSplit(fileOf("text/html", `<table><tr><td>${run}</td><td>b</td></tr></table>`, true))],
];

test.each(WORKS)(
  "%s takes linear time, whatever is repeated in it",
  async (_, work) => {
    const slow: string[] = [];
    for (const run of RUNS) {
      const text = run.repeat(Math.ceil(LENGTH / run.length)).slice(0, LENGTH) + END;
      const ms = await cpuMs(async () => {
        // Refusals must be in time as well.
        await Promise.try(work, text).catch(() => {});
      });
      if (ms > LIMIT_MS) slow.push(`${JSON.stringify(run)}: ${Math.round(ms)} ms`);
    }
    expect(slow).toEqual([]);
  },
  600_000,
);
