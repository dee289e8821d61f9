import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { termsOf } from "../../src/domain/terms.ts";

const anyText = fc.string({ unit: "binary" });
const prose = fc.string({
  unit: fc.constantFrom(..."재고관리는을 창고에서합니다 ABCabc 0123-_./,'\\!()@éÉ東京に"),
  maxLength: 60,
});

const formsOf = (text: string) => termsOf(text).map(({ forms }) => forms.join("|"));
const lexemesOf = (text: string) => termsOf(text).flatMap(({ forms, parts }) => [...forms, ...parts]);

describe("the terms of a text", () => {
  test("include a Korean word without its particle or ending", () => {
    expect(formsOf("부품의 재고는 물을 연결합니다")).toEqual([
      "부품의|부품",
      "재고는|재고",
      "물을|물",
      "연결합니다|연결",
    ]);
  });

  test("include a word whole when it is all ending or would be left with one syllable", () => {
    expect(formsOf("은 나이 회의 에서")).toEqual(["은", "나이", "회의", "에서"]);
  });

  test("have the pairs and triples of syllables of a Hangul compound as parts", () => {
    expect(termsOf("재고관리를")).toEqual([
      { forms: ["재고관리를", "재고관리"], parts: ["재고", "고관", "관리", "재고관", "고관리"] },
    ]);
    expect(termsOf("창고로")).toEqual([{ forms: ["창고로", "창고"], parts: [] }]);
    expect(termsOf("대시보드")[0]?.parts).toContain("시보드");
    expect(termsOf("재고")).toEqual([{ forms: ["재고"], parts: [] }]);
  });

  test("include an English word's stem", () => {
    expect(formsOf("Refunds were processed")).toEqual(["refunds|refund", "were", "processed|process"]);
  });

  test("include part numbers, versions and identifiers as one word and in parts, with any particle after them", () => {
    expect(termsOf("ABC-12345의")).toEqual([{ forms: ["abc-12345의", "abc-12345"], parts: ["abc", "12345"] }]);
    expect(formsOf("v2.1.3 foo_bar 3.14")).toEqual(["v2.1.3", "foo_bar", "3.14"]);
    expect(termsOf("20mm")).toEqual([{ forms: ["20mm"], parts: ["20", "mm"] }]);
    expect(termsOf("B/는")).toEqual([{ forms: ["b/는", "b"], parts: [] }]);
    expect(formsOf("API를 4시간까지")).toEqual(["api를|api", "4시간까지|4시간"]);
  });

  test.each([
    ["C++ C# F# C A+ Notepad++", ["c++", "c#", "f#", "c", "a+", "notepad++"]],
    ["C++은 C#으로 .NET에서 A+를", ["c++은|c++", "c#으로|c#", ".net에서|.net", "a+를|a+"]],
    ["AT&T R&D Node.js c-3po v1.2.3 C++17", ["at&t", "r&d", "node.js", "c-3po", "v1.2.3", "c++17"]],
    ["#42 @user kim@example.com 12:30", ["#42", "＠user", "kim@example.com", "12:30"]],
    ["-5 °C, −5℃, (-3), 5%, 5 %", ["-5°c", "-5°c", "-3", "5%", "5%"]],
    ["€10 10€ 10 € $1,000 1,000원", ["€10", "€10", "€10", "$1000", "1000원"]],
    ["10⁵ 10^5 105 1½ 1 1/2 x₁ m² 재고¹", ["10^5", "10^5", "105", "1", "1/2", "1", "1/2", "x1", "m2", "재고", "1"]],
  ])("include the signs that distinguish names and numbers: %s", (text, forms) => {
    expect(formsOf(text)).toEqual(forms);
  });

  test("do not include signs next to a word", () => {
    expect(formsOf("a+b 1+2 (end). Next, 3 - 5; ... C: a.html#top # title")).toEqual([
      "a",
      "b",
      "1",
      "2",
      "end",
      "next",
      "3",
      "5",
      "c",
      "a.html",
      "top",
      "title|titl",
    ]);
  });

  test("include a name without its signs as a part, unless it is a single letter", () => {
    expect(termsOf(".NET #42 Notepad++ C/C++")).toEqual([
      { forms: [".net"], parts: ["net"] },
      { forms: ["#42"], parts: ["42"] },
      { forms: ["notepad++"], parts: ["notepad"] },
      { forms: ["c/c++"], parts: ["c", "c++"] },
    ]);
    expect(termsOf("C++ C# A+ A-").flatMap(({ parts }) => parts)).toEqual([]);
  });

  test("separate Hangul words that have something between them", () => {
    expect(formsOf("입고/출고")).toEqual(["입고", "출고"]);
  });

  test("do not depend on width, case and composition", () => {
    expect(lexemesOf("ＡＢＣ－１２３４５")).toEqual(lexemesOf("abc-12345"));
    fc.assert(fc.property(prose, (text) => expect(lexemesOf(text.normalize("NFD"))).toEqual(lexemesOf(text))));
    fc.assert(fc.property(prose, (text) => expect(lexemesOf(text.toUpperCase())).toEqual(lexemesOf(text))));
  });

  test("split text without spaces by a dictionary", () => {
    expect(formsOf("東京都に行く").length).toBeGreaterThan(2);
  });

  test("of two separated texts are the terms of both", () => {
    fc.assert(
      fc.property(prose, prose, (one, other) => {
        expect(termsOf(`${one} ${other}`)).toEqual([...termsOf(one), ...termsOf(other)]);
      }),
    );
  });

  test("are short words without spaces, quotes or marks, for any text", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, prose), (text) => {
        for (const lexeme of lexemesOf(text)) {
          expect(lexeme).toMatch(
            /^[-.#＠€$£¥₩]?[\p{L}\p{M}\p{N}]+(?:[-_.·/&:^@+#%°]+[\p{L}\p{M}\p{N}]+)*(?:\+\+?|#|-|%|°[cf]?)?$/u,
          );
          expect(lexeme.length).toBeLessThanOrEqual(65);
        }
      }),
    );
  });

  test("do not include overlong words, and take time linear in their length", () => {
    expect(termsOf("a".repeat(100_000))).toEqual([]);
    expect(termsOf(`${"가-".repeat(50_000)}나`)).toHaveLength(50_001);
  });
});
