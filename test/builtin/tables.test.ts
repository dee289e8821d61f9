import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { askTable } from "../../src/builtin/tables/ask.ts";
import { carryOver, readQuery } from "../../src/builtin/tables/match-query.ts";
import { sheetOf } from "../../src/builtin/tables/sheet.ts";
import { tableQueryOf } from "../../src/builtin/tables/table-query.ts";
import type { Table } from "../../src/domain/document.ts";
import { languageOf } from "../../src/domain/language.ts";
import { readCsv } from "../../src/reading/csv.ts";
import { cpuMs } from "../support/cpu.ts";

const PARTS = readCsv(`품번,품명,재고,단가,창고
ABC-12345,볼트,137,"1,200원",A동 3열
ABC-12346,너트,42,800원,B동 1열
XYZ-00001,평와셔,"1,000",50원,A동 3열
XYZ-00002,스프링 와셔,0,60원,B동 1열
`);
const STOCK = readCsv(`part_no,item,qty,unitPrice,warehouse
ABC-12345,Hex bolt,137,$1.20,Seoul
ABC-12346,Nut,42,$0.80,Busan
XYZ-00001,Washer,1000,$0.05,Seoul
`);
const SALES = readCsv(`month,region,sales
2024-01,Seoul,"1,000"
2024-02,Seoul,"1,500"
2024-01,Busan,900
2024-02,Busan,"1,300.5"
`);
const MONTHS = readCsv("월,매출,비용\n2024-01,100,80\n2024-02,150,90\n2024-03,120,110\n");
const STAFF = readCsv("name,dept,salary,age\n김철수,개발,5000,31\n이영희,인사,4200,45\n박민수,개발,6100,38\n");

const TABLES = { PARTS, STOCK, SALES, MONTHS, STAFF } as const;

const ask = (table: Table, question: string, ...earlier: readonly string[]) =>
  askTable(table, { question, earlier, isMarked: true }, languageOf(question, "en"));

describe("a named row", () => {
  test.each([
    ["PARTS", "ABC-12345 부품의 재고는?", "ABC-12345의 재고는 137입니다."],
    ["PARTS", "ABC-12345의 재고 수량은 얼마인가요?", "ABC-12345의 재고는 137입니다."],
    ["PARTS", "abc12345 재고", "ABC-12345의 재고는 137입니다."],
    ["PARTS", "ABC 12345 재고 알려줘", "ABC-12345의 재고는 137입니다."],
    ["PARTS", "ABC-12345는 몇 개 있어?", "ABC-12345의 재고는 137입니다."],
    ["PARTS", "볼트 가격이 얼마야?", "ABC-12345의 단가는 1,200원입니다."],
    ["PARTS", "스프링 와셔는 어느 창고에 있어?", "XYZ-00002의 창고는 B동 1열입니다."],
    ["PARTS", "How many ABC-12345 are in stock?", "ABC-12345: 재고 is 137."],
    ["PARTS", "너트", "ABC-12346의 품명은 너트, 재고는 42, 단가는 800원, 창고는 B동 1열입니다."],
    ["STOCK", "ABC-12345 부품의 재고는?", "ABC-12345의 qty은(는) 137입니다."],
    ["STOCK", "What is the unit price of the washer?", "XYZ-00001: unitPrice is $0.05."],
    ["STOCK", "Where is the hex bolt stored, which warehouse?", "ABC-12345: warehouse is Seoul."],
    ["STAFF", "이영희 나이는?", "이영희의 age은(는) 45입니다."],
    ["MONTHS", "2024-02 매출은?", "2024-02의 매출은 150입니다."],
  ] as const)("%s: %s", (name, question, expected) => {
    const table = TABLES[name];
    const reply = ask(table, question);
    expect(reply?.text).toBe(expected);
    expect(reply?.table?.columns).toEqual(table.columns);
    expect(reply?.table?.rows).toHaveLength(1);
  });

  test("is shown whole, as in the file; several are shown as a list", () => {
    expect(ask(PARTS, "ABC-12345의 재고")?.table?.rows).toEqual([["ABC-12345", "볼트", "137", "1,200원", "A동 3열"]]);
    const reply = ask(PARTS, "볼트와 너트의 재고를 비교해줘");
    expect(reply?.text).toBe("해당하는 행은 2개입니다.\n\n- ABC-12345: 재고 137\n- ABC-12346: 재고 42");
    expect(reply?.chart).toEqual({
      type: "bar",
      labels: ["ABC-12345", "ABC-12346"],
      series: [{ name: "재고", data: [137, 42] }],
    });
  });

  test("is found by the longest cell that the question names, not by a word of it", () => {
    expect(ask(PARTS, "평와셔 재고")?.text).toContain("1,000");
    expect(ask(PARTS, "스프링 와셔 재고")?.text).toBe("XYZ-00002의 재고는 0입니다.");
  });

  test("that does not exist is not answered with another", () => {
    for (const question of ["ABC-99999의 재고는?", "ABC99999 재고", "ABC-1234 재고는?", "ABC-123456 재고는?"]) {
      const reply = ask(PARTS, question);
      expect(reply?.text).toMatch(/^ABC-?\d+[은는] 표에 없습니다\.$/u);
      expect([reply?.table, reply?.chart]).toEqual([null, null]);
    }
  });
});

describe("a whole table", () => {
  test.each([
    ["PARTS", "재고 합계는?", "재고 합계는 1,179입니다. (4개 행)"],
    ["PARTS", "총 재고는 몇 개야?", "재고 합계는 1,179입니다. (4개 행)"],
    ["PARTS", "A동 3열의 재고 합계는?", "A동 3열의 재고 합계는 1,137입니다. (2개 행)"],
    ["PARTS", "평균 단가는?", "단가 평균은 527.5원입니다. (4개 행)"],
    ["PARTS", "재고 중앙값", "재고 중앙값은 89.5입니다. (4개 행)"],
    ["PARTS", "가장 비싼 부품은?", "단가가 가장 높은 것은 ABC-12345 (볼트)입니다. 단가는 1,200원입니다."],
    ["PARTS", "재고가 제일 적은 부품이 뭐야?", "재고가 가장 적은 것은 XYZ-00002 (스프링 와셔)입니다. 재고는 0입니다."],
    ["PARTS", "재고가 없는 부품은?", "XYZ-00002의 품명은 스프링 와셔, 재고는 0, 단가는 60원, 창고는 B동 1열입니다."],
    ["PARTS", "재고가 100개 미만인 부품은 몇 개야?", "해당하는 행은 모두 2개입니다."],
    ["PARTS", "창고는 몇 곳이야?", "창고는 모두 2가지입니다. (4개 행)\n\n- A동 3열\n- B동 1열"],
    [
      "PARTS",
      "어느 창고에 재고가 가장 많아?",
      "재고 합계가 가장 많은 창고는 A동 3열, 1,137입니다.\n\n- A동 3열: 1,137\n- B동 1열: 42",
    ],
    ["PARTS", "재고 상위 2개는?", "재고가 가장 많은 2개입니다.\n\n- XYZ-00001: 재고 1,000\n- ABC-12345: 재고 137"],
    ["STAFF", "부서별 평균 연봉은?", "dept별 salary 평균입니다.\n\n- 개발: 5550\n- 인사: 4200"],
    ["STAFF", "가장 나이가 많은 사람은?", "age이(가) 가장 큰 것은 이영희입니다. age은(는) 45입니다."],
    ["STOCK", "which part has the lowest stock?", "ABC-12346 (Nut) has the lowest qty: 42."],
    ["STOCK", "total stock by warehouse", "Total qty by warehouse:\n\n- Seoul: 1137\n- Busan: 42"],
    ["STOCK", "average unit price", "The average unitPrice is $0.68 (3 rows)."],
    ["STOCK", "parts with at least 100 in stock", "2 rows match.\n\n- ABC-12345: qty 137\n- XYZ-00001: qty 1000"],
    [
      "STOCK",
      "How many warehouses are there?",
      "There are 2 different values of warehouse (3 rows).\n\n- Seoul\n- Busan",
    ],
    ["SALES", "What are the total sales by region?", "Total sales by region:\n\n- Seoul: 2,500.0\n- Busan: 2,200.5"],
    [
      "SALES",
      "Which region has the highest sales?",
      "Seoul is the region with the highest total sales: 2,500.0.\n\n- Seoul: 2,500.0\n- Busan: 2,200.5",
    ],
    ["SALES", "total sales in Busan", "The total sales for Busan is 2,200.5 (2 rows)."],
  ] as const)("%s: %s", (name, question, expected) => {
    expect(ask(TABLES[name], question)?.text).toBe(expected);
  });

  test("charts groups as bars and times as lines, and a single number not at all", () => {
    expect(ask(SALES, "sales by region")?.chart).toEqual({
      type: "bar",
      labels: ["Seoul", "Busan"],
      series: [{ name: "total sales", data: [2500, 2200.5] }],
    });
    expect(ask(MONTHS, "매출과 비용을 월별로 보여줘")?.chart).toEqual({
      type: "line",
      labels: ["2024-01", "2024-02", "2024-03"],
      series: [
        { name: "매출", data: [100, 150, 120] },
        { name: "비용", data: [80, 90, 110] },
      ],
    });
    expect(ask(SALES, "total sales")?.chart).toBeNull();
    expect(ask(PARTS, "ABC-12345 창고는?")?.chart).toBeNull();
  });

  test("has sums without binary rounding errors, and skips cells that are not numbers", () => {
    const table = readCsv("k,v\na,0.1\nb,0.2\nc,0.3\nd,0.1\ne,\nf,0.1\n");
    const reply = ask(table, "sum of v");
    expect(reply?.table?.rows).toEqual([["0.8"]]);
  });
});

describe("a question that does not query a table", () => {
  test.each([
    "안녕하세요",
    "연차는 며칠인가요?",
    "How many days of annual leave do I get?",
    "배포는 어떻게 하나요?",
    "",
    "?!",
    "오늘 서울 날씨 어때?",
  ])("%s", (question) => {
    for (const table of Object.values(TABLES)) expect(ask(table, question)).toBeNull();
  });
});

describe("follow-up questions", () => {
  test.each([
    [["ABC-12345 재고는?"], "그럼 ABC-12346은?", "ABC-12346의 재고는 42입니다."],
    [["ABC-12345 재고는?", "그럼 ABC-12346은?"], "단가는?", "ABC-12346의 단가는 800원입니다."],
    [["창고별 재고 합계는?"], "그럼 평균은?", "창고별 재고 평균입니다.\n\n- A동 3열: 568.5\n- B동 1열: 21"],
    [["볼트 재고는?"], "그럼 스패너는?", "스패너는 표에 없습니다."],
    [["볼트 재고는?"], "그럼 ABC-77777은?", "ABC-77777은 표에 없습니다."],
    [["How many ABC-12345 are in stock?"], "and XYZ-00001?", "XYZ-00001: 재고 is 1,000."],
  ])("%j, %s", (earlier, question, expected) => {
    expect(ask(PARTS, question, ...earlier)?.text).toBe(expected);
  });

  test("a self-contained question carries nothing over unless it says that it is a follow-up", () => {
    const sheet = sheetOf(PARTS);
    const [before, now] = [
      readQuery(tableQueryOf("ABC-12345 재고는?"), sheet),
      readQuery(tableQueryOf("재고 합계는?"), sheet),
    ];
    expect(carryOver(before, now, false).rows).toBeNull();
    expect([...(carryOver(before, now, true).rows ?? [])]).toEqual([0]);
  });
});

test("any question about any table is answered within bounds or not at all, and soon", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(
      "",
      "재고",
      "1,200원",
      "-5",
      "(1,000)",
      "ABC-12345",
      "2024-01",
      "=SUM(A1)",
      "$1e9",
      "9".repeat(30),
      "toString",
    ),
  );
  const table = fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.record({
      columns: fc.array(cell, { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }),
    }),
  );
  const words = fc.array(
    fc.constantFrom(
      "재고",
      "합계",
      "창고별",
      "가장",
      "많은",
      "top 3",
      "by",
      "평균",
      "ABC-12345",
      "몇 개",
      "이상",
      "10",
      "show all",
      "없는",
      "그럼",
      "of",
    ),
    { maxLength: 8 },
  );
  const question = fc.oneof(
    words.map((expected) => expected.join(" ")),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  fc.assert(
    fc.property(
      table,
      question,
      fc.array(question, { maxLength: 3 }),
      fc.boolean(),
      (given, question, earlier, isMarked) => {
        const reply = askTable(given, { question: question, earlier, isMarked }, isMarked ? "ko" : "en");
        if (reply === null) return;
        expect(reply.text).not.toMatch(/NaN|undefined|Infinity|\[object/);
        for (const row of reply.table?.rows ?? []) expect(row).toHaveLength(reply.table?.columns.length ?? 0);
        for (const { data } of reply.chart?.series ?? []) {
          expect(data).toHaveLength(reply.chart?.labels.length ?? 0);
          for (const datum of data) expect(datum === null || Number.isFinite(datum)).toBe(true);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test("a table of 60,000 cells is queried within a second, even by a question of 20,000 letters", async () => {
  const rows = Array.from({ length: 10_000 }, (_, at) => [
    `ABC-${10_000 + at}`,
    `부품 ${at % 97}`,
    String(at),
    `${at % 31}동`,
    "규격 20mm",
    "12,000원",
  ]);
  const long = { columns: ["품번", "품명", "재고", "창고", "규격", "단가"], rows };
  for (const question of [
    "창고별 재고 합계는?",
    "ABC-17777 재고",
    "부품 12 ".repeat(2_500),
    "a".repeat(20_000),
    "1".repeat(20_000),
  ]) {
    expect(await cpuMs(() => ask(long, question))).toBeLessThan(1_000);
  }
});
