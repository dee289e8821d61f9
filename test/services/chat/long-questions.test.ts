import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { askTable } from "../../../src/builtin/tables/ask.ts";
import { Cells } from "../../../src/builtin/tables/cells.ts";
import { columnsOf } from "../../../src/builtin/tables/column.ts";
import { fold, lookedAt, QuestionText } from "../../../src/builtin/tables/question-text.ts";
import { withParticle } from "../../../src/builtin/tables/words.ts";
import { termsOf } from "../../../src/domain/terms.ts";
import { titleOf } from "../../../src/domain/title.ts";
import { cpuMs } from "../../support/cpu.ts";

const MEGABYTE = 1_000_000;
const repeated = (text: string): string => text.repeat(Math.ceil(MEGABYTE / text.length)).slice(0, MEGABYTE);
const table = (rows: number) => ({
  columns: ["품번", "품명", "재고"],
  rows: Array.from({ length: rows }, (_, at) => [`ABC-${10_000 + at}`, `볼트 ${at}`, String(at)]),
});
const korean = (question: string, earlier: readonly string[] = []) =>
  askTable(table(130), { question, earlier, isMarked: true }, "ko");

describe("a question of a megabyte", () => {
  test.each([
    ["words", "부품의 재고는 얼마인가요 볼트 "],
    ["codes", "ABC-10001 ABC-10002 XYZ-77 "],
    ["digits and blanks", `${"1".repeat(900)}${" ".repeat(900)}`],
    ["single letters", "a b c d e f g 1 2 3 "],
    ["Chinese", "漢字"],
    ["ligatures", "ﷺ "],
    ["words that compare", "가장 "],
  ])("of %s is asked after four like it, and nothing waits for long", async (_, words) => {
    const question = repeated(words);
    // It once took a minute.
    expect(await cpuMs(() => korean(question, [question, question, question, question]))).toBeLessThan(5_000);
  });

  test("is read only at its beginning and its end", () => {
    expect(korean(`ABC-10007의 재고는? ${repeated("그리고 잡담 ")}`)?.text).toContain("ABC-10007의 재고는 7");
    expect(korean(`${repeated("가나다라 마바사 ")} ABC-10008의 재고는?`)?.text).toContain("ABC-10008의 재고는 8");
  });

  test("has a title like any other", () => {
    const titled = (message: string) => titleOf({ message, images: [], streamTokens: true, locale: "en", options: {} });
    expect(titled(`${repeated(" ")}hello   there${repeated(" ")}`)).toBe("hello there");
    expect([...titled(repeated("😀"))]).toHaveLength(80);
  });
});

test("the part of a text that is read is bounded, and is the whole text if that is short", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 6_000 }), (text) => {
      const looked = lookedAt(text);
      expect(looked.length).toBeLessThanOrEqual(2_001);
      expect(lookedAt(looked)).toBe(looked);
    }),
  );
  expect(lookedAt("ABC-12345의  재고는?")).toBe("ABC-12345의 재고는?");
});

const word = fc.constantFrom("볼트", "볼트의", "abc-1", "ABC", "1", "너트를", "hex", "bolts", "창고", "a", "의");
const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));

describe("cells", () => {
  const columns = columnsOf({ columns: ["a", "b"], rows: [] });

  test("are found by a word as if each were split into words", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 12 }), word, (rows, sought) => {
        const cells = new Cells(columns, rows);
        for (const term of termsOf(sought)) {
          const slowly = cells.all.filter(
            ({ value }) =>
              term.forms.some((form) => fold(value).includes(fold(form))) &&
              termsOf(value).some(({ forms, parts }) =>
                term.forms.some((form) => forms.includes(form) || parts.includes(form)),
              ),
          );
          expect(cells.holding(term)).toEqual(slowly);
        }
      }),
    );
  });

  test("have the rows that contain them", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 12 }), (rows) => {
        for (const { column, value, rows: own } of new Cells(columns, rows).all) {
          expect(own).toEqual(rows.flatMap((row, at) => (row[column.index] === value ? [at] : [])));
        }
      }),
    );
  });

  test("are not found by a word that thousands contain, because it is ambiguous", () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => [`볼트 ${at}`, ""]);
    const cells = new Cells(columns, rows);
    const [bolt, other] = termsOf("볼트 9999");
    if (bolt === undefined || other === undefined) throw new Error("no words");
    expect(cells.holding(bolt)).toHaveLength(0);
  });
});

test("a question's spans are all sequences of its words up to the given length", () => {
  const spans = [...new QuestionText("ABC 12345 볼트의").spans(8)].map(({ letters }) => letters);
  expect(spans).toEqual(["abc", "abc12345", "12345", "12345볼트의", "12345볼트", "볼트의", "볼트"]);
});

test("a particle is chosen without rereading a long word", async () => {
  const work = () => {
    for (const sign of ["(", "!", " ", "(("]) withParticle(repeated(sign), "은", "는");
  };
  expect(await cpuMs(work)).toBeLessThan(2_000);
});
