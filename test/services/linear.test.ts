import { expect, spyOn, test } from "bun:test";
import { read } from "../../src/builtin/model/questions/read.ts";
import { statementsOf } from "../../src/builtin/model/statements.ts";
import { write } from "../../src/builtin/model/write/write.ts";
import { tableQueryOf } from "../../src/builtin/tables/table-query.ts";
import { assignmentsIn } from "../../src/services/solve/assignments.ts";
import { equationsIn } from "../../src/services/solve/equations.ts";
import { excerptIn } from "../../src/services/til/excerpt.ts";
import { tagsIn } from "../../src/services/til/tags.ts";
import { titleIn } from "../../src/services/til/title.ts";
import { cpuMs } from "../support/cpu.ts";

/** The longest question or answer there is. Quadratic work on it would take minutes. */
const LENGTH = 1024 * 1024;
/** Linear work takes up to 150 ms of all threads together, collection of garbage included; quadratic work a second or more. */
const LIMIT_MS = 600;
/** A run that no expression continues with. */
const END = "\u0001";

const RUNS = [
  ..." \n\t\r\u00a0\u3000a1가A-_.,;:<>()[]{}*`~#|\"'\\/=$^+%@&!?0°é",
  ..." \n|\n |a\n|a |a, |a. |**|** |** a|# |# a\n|[a](|[[|],|- |1,|x=1 |a=|ab |\\frac{|d/dx |또는|또는 | or |가장 |이하|각 a|합|1개 |the |해줘| please".split(
    "|",
  ),
];

const writeIn = (form: "note" | "title" | "excerpt" | "tags") => (text: string) =>
  write({ form, language: "en", text, knownTags: [] });

/** What is done with a text, as it is, and within what it is looked for. */
const WORKS: readonly (readonly [string, (run: string) => unknown])[] = [
  ["an answer's values", assignmentsIn],
  ["an answer's last bold text", (run) => assignmentsIn(`**x = 1${run.slice(-3_980)}a**`)],
  ["a question's equations", (run) => equationsIn(`x = ${run}`)],
  ["the end of an equation", (run) => equationsIn(`x = 1${run.slice(0, 3_980)}a`)],
  ["the tags of an answer", (run) => tagsIn(`a${run.slice(0, 100_000)}a`, [])],
  ["the title in an answer", (run) => titleIn(run, "")],
  ["the excerpt in an answer", (run) => excerptIn(run.slice(0, 4_000), run)],
  ["the excerpt of a note", (run) => excerptIn("", run)],
  ["a note by extraction", writeIn("note")],
  ["a title by extraction", writeIn("title")],
  ["a heading", (run) => writeIn("title")(`# a${run.slice(0, 39_900)}a`)],
  ["an excerpt by extraction", writeIn("excerpt")],
  ["tags by extraction", writeIn("tags")],
  ["a question about mathematics", (run) => read(`solve ${run.slice(0, 3_980)}a`)],
  ["a question about mathematics in Korean", (run) => read(`풀어 ${run.slice(0, 3_980)}가`)],
  ["a question to a table", (run) => tableQueryOf(`재고 ${run}`)],
];

test.each(WORKS)(
  "%s: reading takes time in proportion to the length, whatever is repeated",
  async (_, work) => {
    const slow: string[] = [];
    for (const run of RUNS) {
      const text = run.repeat(Math.ceil(LENGTH / run.length)).slice(0, LENGTH) + END;
      const ms = await cpuMs(() => work(text));
      if (ms > LIMIT_MS) slow.push(`${JSON.stringify(run)}: ${Math.round(ms)} ms`);
    }
    expect(slow).toEqual([]);
  },
  300_000,
);

test("no sentences are looked for where there is no text", () => {
  const segment = spyOn(Intl.Segmenter.prototype, "segment");
  try {
    expect(statementsOf("# a\n\n|\n".repeat(1_000))).toEqual([]);
    expect(segment).not.toHaveBeenCalled();
    expect(statementsOf("\n# a\n\nOne. Two words.\n\n")).toEqual(["One.", "Two words."]);
    expect(segment).toHaveBeenCalledTimes(1);
  } finally {
    segment.mockRestore();
  }
});
