import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import Papa from "papaparse";
import { laidOutCsv } from "../../src/reading/csv.ts";
import { openReader } from "../../src/reading/reader.ts";
import { cp949 } from "../support/cp949.ts";
import { readingWith } from "../support/uploads.ts";

const { chunks, failureOf, read } = readingWith(openReader());

const columns = ["품목", "수량", "단가"];
const rows = [
  ["볼트", "10", "100"],
  ["너트", "20", "200"],
];
const body = "품목,수량,단가\n볼트,10,100\n너트,20,200\n";

describe("the table in a CSV file", () => {
  test.each([
    ["a title", `2026년 재고 현황\n${body}`, ["2026년 재고 현황"]],
    ["a title, filled up with empty cells", `2026년 재고 현황,,\n,,\n${body}`, ["2026년 재고 현황"]],
    [
      "a title and who made it when",
      `재고\n작성일,2026-03-01\n담당: 김,\n\n${body}`,
      ["재고", "작성일, 2026-03-01", "담당: 김"],
    ],
    ["pairs of words, filled up", `담당,홍길동,\n창고,서울,\n,,\n${body}`, ["담당, 홍길동", "창고, 서울"]],
  ])("stands below %s", (_, text, notes) => {
    expect(laidOutCsv(text)).toMatchObject({ table: { columns, rows }, notes });
  });

  test.each([
    ["behind a gap", `${body}\n기준: 월말\n`, ["기준: 월말"]],
    ["of several lines", `${body},,\n단위는 원이다,,\n부가세 별도,,\n`, ["단위는 원이다", "부가세 별도"]],
    ["marked as a note", `${body}※ 부가세 별도,,\n`, ["※ 부가세 별도"]],
  ])("stands above a note %s", (_, text, notes) => {
    expect(laidOutCsv(text)).toMatchObject({ table: { columns, rows }, notes });
  });

  test("keeps totals, and rows of one cell that are not notes", () => {
    const { table, notes } = laidOutCsv(`${body}와셔,,\n합계,30,300\n스프링,,\n`);
    expect(table.rows.slice(2)).toEqual([
      ["와셔", "", ""],
      ["합계", "30", "300"],
      ["스프링", "", ""],
    ]);
    expect(notes).toEqual([]);
  });

  test("has no entirely blank columns, at any position", () => {
    expect(laidOutCsv(",품목,,수량,단가,\n,볼트,,10,100,\n,너트,,20,200,\n").table).toEqual({ columns, rows });
  });

  test.each([
    ["decimal commas between semicolons", "x;y\n1,5;2,5\n3,5;4,5\n", ["x", "y"]],
    ["commas in text between tabs", "이름\t주소\n김\t서울, 강남, 1\n이\t부산, 남구, 2\n", ["이름", "주소"]],
    ["a title with commas above bars", "재고, 창고, 목록\n품목|수량\n볼트|10\n너트|20\n", ["품목", "수량"]],
    ["commas between quotes, and semicolons in them", '"x","y"\n"1",";2"\n"1",";\n;2\n;"\n\n"note"\n', ["x", "y"]],
    ["tabs, though a cell begins with a quote", 'x\ty\nbolt, short\t"A" type\nnut, short\t"B" type\n', ["x", "y"]],
    ["the delimiter that Excel's line names", "sep=;\nx;y\n1,2,3;4\n", ["x", "y"]],
    ["its line in quotes", '"sep=|"\nx|y\n1,2|4\n', ["x", "y"]],
  ])("is separated by %s", (_, text, names) => {
    expect(laidOutCsv(text).table.columns).toEqual(names);
  });

  test("has its header in the first row, even if some names are missing", () => {
    expect(laidOutCsv(",2025,2026\n서울,10,20\n부산,1,2\n").table.columns).toEqual(["column 1", "2025", "2026"]);
    expect(laidOutCsv(",색,맛\n사과,빨강,달다\n감,주황,떫다\n").table.columns).toEqual(["column 1", "색", "맛"]);
  });

  test("is the same with a title above it, a note below it or neither, for any cells", () => {
    const cell = fc
      .string({ unit: fc.constantFrom(...'가나다abc,;"\n 1'), minLength: 1, maxLength: 8 })
      .filter((text) => text.trim() !== "");
    const table = fc
      .integer({ min: 2, max: 5 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 3, maxLength: 8 }),
      );
    fc.assert(
      fc.property(table, fc.boolean(), fc.boolean(), (cells, hasTitle, hasNote) => {
        const csv = Papa.unparse(cells, { newline: "\n", quotes: true });
        const found = laidOutCsv(`${hasTitle ? '"재고 현황"\n' : ""}${csv}${hasNote ? '\n\n"※ 참고"\n' : ""}`);
        expect(found.table.columns).toEqual(cells[0]?.map((name) => name.trim()) ?? []);
        expect(found.table.rows).toEqual(cells.slice(1));
        expect(found.notes).toHaveLength(Number(hasTitle) + Number(hasNote));
      }),
    );
  });

  test("gives its title to the document and its notes to the searchable text", async () => {
    const { title, chunks: split } = await chunks("a.csv", `재고 현황\n작성일,2026-03-01\n\n${body}`);
    expect(title).toBe("재고 현황");
    expect(split.map(({ content, rows: of }) => [content, of?.length ?? null])).toEqual([
      ["재고 현황\n작성일, 2026-03-01", null],
      ["품목: 볼트; 수량: 10; 단가: 100", 1],
      ["품목: 너트; 수량: 20; 단가: 200", 1],
    ]);
  });
});

describe("a CSV file with a fault", () => {
  test.each([
    ["cut in the middle", "a,b\n1,2\n3", "Row 3"],
    ["with a short row under a title", "재고\n\na,b,c\n1,2,3\n1,2\n1,2,3\n", "Row 5"],
    ["with a delimiter in a cell of its only column", "name\nKim, Lee\nPark\n", "Row 2"],
  ])("%s is refused, and the row numbered as in a spreadsheet", async (_, text, row) => {
    const error = await failureOf("a.csv", text);
    expect(error.code).toBe("malformed");
    expect(error.message).toStartWith(row);
  });

  test("of one byte loses one character", async () => {
    const text = new TextEncoder().encode(body);
    const at = Buffer.from(text).indexOf(Buffer.from("너트")) + 1;
    const { table } = await read("a.csv", Uint8Array.from(text).fill(0x41, at, at + 1));
    expect(table?.rows[0]).toEqual(["볼트", "10", "100"]);
    expect(table?.rows[1]?.slice(1)).toEqual(["20", "200"]);
    const korean = cp949(body);
    const found = (await read("a.csv", korean.fill(0xff, korean.length - 10, korean.length - 9))).table;
    expect(found?.columns).toEqual(columns);
    expect(found?.rows[0]).toEqual(["볼트", "10", "100"]);
  });
});

describe("the bounds of a CSV file", () => {
  test.each([
    [
      "a cell of 4 MB",
      `품목,메모\n볼트,"${"재고 관리 ".repeat(280_000)}"\n`,
      /^Row 2, column 2 has \d+ characters; a cell may have 32767/,
    ],
    [
      "a row of many long cells",
      `${"a,".repeat(9)}a\n${`${"x".repeat(9_000)},`.repeat(9)}x\n`,
      /^Row 2 of the table has 81001 characters/,
    ],
    ["more than 500 columns", `${"a,".repeat(500)}a\n${"1,".repeat(500)}1\n`, /500 columns/],
    ["more than a million cells", `a,b,c\n${"1,2,3\n".repeat(333_334)}`, /1000000 cells/],
    [
      "long names over many rows",
      `${Array.from({ length: 60 }, (_, at) => `${"이름".repeat(400)}${at}`).join(",")}\n${`${"1,".repeat(59)}1\n`.repeat(2_000)}`,
      /20000 chunks/,
    ],
  ])("refuse %s with the reason", async (_, text, message) => {
    const error = await failureOf("a.csv", text);
    expect(error.code).toBe("too_large");
    expect(error.message).toMatch(message);
  });

  test("keep all of a long cell, in chunks of bounded length", async () => {
    const note = "재고는 매일 아침 아홉 시에 센다. ".repeat(1_600).trim();
    const { chunks: split } = await chunks("a.csv", `품목,메모\n볼트,"${note}"\n너트,짧다\n`);
    expect(split.flatMap(({ rows: of }) => of ?? [])).toEqual([
      ["볼트", note],
      ["너트", "짧다"],
    ]);
    expect(Math.max(...split.map(({ content }) => content.length))).toBeLessThanOrEqual(800);
    const whole = split
      .map(({ content }) => content)
      .join("")
      .replace(/\s/g, "");
    expect(whole).toBe(`품목:볼트;메모:${note}품목:너트;메모:짧다`.replace(/\s/g, ""));
    expect(split.filter(({ metadata }) => JSON.stringify(metadata) === '{"rows":[1,1]}').length).toBe(split.length - 1);
  });
});

test("a file that is read part by part has the rows that it has as a whole, wherever a part ends", () => {
  const cell = fc
    .array(fc.constantFrom("a", "1", '"', ",", "\n", " ", "한"), { maxLength: 8 })
    .map((all) => all.join(""));
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 40 }), fc.nat(40), (cells, shift) => {
      const rows = cells.map(([one, other], at) => [`${at}`, `b${one}`, other]);
      const lines = `${rows.map((row) => row.map(quoted).join(",")).join("\n")}\n`;
      // Long cells between them, so that the file has several parts and not too many cells.
      const times = 400;
      const filler = quoted("x".repeat(24_000 + shift));
      const { table } = laidOutCsv(`id,text,more\n${`${lines}9,${filler},y\n`.repeat(times)}`);
      expect(table.rows).toHaveLength(times * (rows.length + 1));
      for (let at = 0; at < table.rows.length; at++) {
        const expected = rows[at % (rows.length + 1)];
        if (expected !== undefined && !Bun.deepEquals(table.rows[at], expected)) throw new Error(`row ${at} differs`);
      }
    }),
    { numRuns: 3, endOnFailure: true },
  );
}, 120_000);
