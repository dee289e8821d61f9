import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readHtml } from "../../src/reading/html.ts";
import { visibleHtml } from "../../src/reading/html-visible.ts";
import { openReader } from "../../src/reading/reader.ts";
import { readingWith } from "../support/uploads.ts";

const { read, chunks, failureOf } = readingWith(openReader());
const textOf = (html: string): string => readHtml(html).text;

describe("the visible text of a page is read:", () => {
  test.each([
    ["a power", "10<sup>5</sup> m<sup>2</sup> x<sup>n+1</sup> e<sup>-x</sup>", "10⁵ m² xⁿ⁺¹ e⁻ˣ"],
    ["an exponent that has no small letters", "2<sup>3/2</sup> a<sup>bc</sup>", "2^(3/2) a^(bc)"],
    ["an index", "H<sub>2</sub>O x<sub>1</sub> v<sub>max</sub>", "H₂O x₁ v_(max)"],
    [
      "an ordinal, a mark and a note",
      "1<sup>st</sup> X<sup>TM</sup> said<sup><a href='#n'>[3]</a></sup>",
      "1st XTM said[3]",
    ],
    ["raised by style", 'E = mc<span style="vertical-align: super">2</span>', "E = mc²"],
    ["a fraction", "<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math>", "a/(b+1)"],
    ["a mixed number", "<math><mn>3</mn><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "3 1/2"],
    [
      "a formula with roots and powers, its source beside it",
      "<math><semantics><mrow><msqrt><msup><mi>x</mi><mn>2</mn></msup></msqrt><mo>=</mo><msub><mi>y</mi><mn>1</mn></msub></mrow><annotation encoding='application/x-tex'>\\sqrt{x^2}</annotation></semantics></math>",
      "√(x²)=y₁",
    ],
    [
      "a sum",
      "<math><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi></math>",
      "∑_(i=1)^(n)i",
    ],
    [
      "a formula that is drawn beside itself",
      '<span class="katex"><span class="katex-mathml"><math><msup><mi>x</mi><mn>2</mn></msup></math></span><span class="katex-html" aria-hidden="true">x2</span></span>',
      "x²",
    ],
    ["what is struck out", "<del>1,000</del> <s>900</s> <strike>850</strike> 800", "~~1,000~~ ~~900~~ ~~850~~ 800"],
    ["struck out by style", '<span style="text-decoration: line-through red">1,000</span> 800', "~~1,000~~ 800"],
    ["how a word is read", "<ruby>漢<rp>(</rp><rt>한</rt><rp>)</rp></ruby>", "漢(한)"],
    ["where a word may break", "재고<wbr>관리", "재고관리"],
    ["characters by name and number", "a &lt; b &amp; c &#44032; &copy;", "a < b & c 가 ©"],
    ["a picture's words", '<img alt="창고 지도" src="x.png">', "창고 지도"],
    [
      "what is in its fields",
      '<form>이름 <input value="홍길동"> <input type="checkbox" checked>동의 <input type="radio">거절 <select><option>서울<option selected>부산</select> <textarea>메모</textarea></form>',
      "이름 홍길동 ☑ 동의 ☐ 거절 부산 메모",
    ],
    ["lines laid out by hand", "<pre>a\n  b\n    c</pre>", "```\na\n  b\n    c\n```"],
  ])("%s", (_, html, text) => {
    expect(textOf(`<p>${html}</p>`.replace("<p><pre>", "<pre>"))).toBe(text);
  });

  test.each([
    ["hidden", "<p hidden>gone</p>"],
    ["display: none", '<p style="color:red; display:none">gone</p>'],
    ["visibility: hidden", '<p style="visibility: hidden">gone</p>'],
    ["no size", '<p style="font-size:0">gone</p>'],
    ["aria-hidden", '<p aria-hidden="true">gone</p>'],
    [
      "a class of the page's own",
      "<style>/* x */ @media print { .b { display: block } } .a, .x { display: none }</style><p class='a b'>gone</p>",
    ],
    ["a template", "<template><p>gone</p></template>"],
    ["a closed dialog", "<dialog>gone</dialog>"],
    ["noscript, a script, a frame", "<noscript>gone</noscript><script>gone</script><iframe>gone</iframe>"],
    ["a hidden field and a password", "<input type=hidden value=gone><input type=password value=gone>"],
    ["a comment", "<!-- gone -->"],
    ["hidden within hidden", "<div hidden><p>gone<b>gone</b></p>gone</div>"],
  ])("no text that is hidden by %s", (_, html) => {
    expect(textOf(`<p>before</p>${html}<p>behind</p>`)).toBe("before\n\nbehind");
  });

  test("text that a more specific rule shows again, and text that is only hidden sometimes", () => {
    const style =
      "<style>.tab{display:none} .tab.open{display:block} @media print{.b{display:none}} .c .d{display:none}</style>";
    expect(textOf(`${style}<p class="tab open">one</p><p class="b">two</p><p class="d">three</p>`)).toBe(
      "one\n\ntwo\n\nthree",
    );
  });

  test("the same in a page that is too large to be parsed into a DOM", () => {
    const many = "<p>x</p>".repeat(20_001);
    const { text } = readHtml(
      `${many}<p>10<sup>5</sup></p><p hidden>gone</p><table><tr><td>a<td>b</table><img alt="map">`,
    );
    expect(text).toEndWith("10⁵\n\na | b\n\nmap");
  });

  test("a term and its definition", () => {
    expect(textOf("<dl><dt>재고</dt><dd>쌓아 둔 것</dd></dl>")).toMatch(/^재고\s+쌓아 둔 것$/);
  });

  test("everything visible exactly once, for any nesting of elements", () => {
    const tags = fc.constantFrom(
      "p",
      "div",
      "span",
      "sup",
      "del",
      "td",
      "table",
      "tr",
      "ruby",
      "rt",
      "form",
      "math",
      "mi",
      "b",
      "li",
    );
    const node = fc.letrec<{ node: string; word: string }>((tie) => ({
      word: fc.nat(999).map((number) => ` w${number}q `),
      node: fc.oneof(
        { maxDepth: 4 },
        tie("word"),
        fc
          .tuple(tags, fc.array(tie("node"), { maxLength: 4 }))
          .map(([tag, inner]) => `<${tag}>${inner.join("")}</${tag}>`),
      ),
    }));
    const wordsIn = (text: string) => (text.match(/w\d+q/g) ?? []).sort();
    fc.assert(fc.property(node.node, (html) => expect(wordsIn(visibleHtml(html))).toEqual(wordsIn(html))));
  });
});

describe("a table of a page", () => {
  test("repeats a cell in every row and column that it spans, and has its headings in one row", () => {
    const html = `<table><caption>재고</caption><thead><tr><th rowspan=2>품목</th><th colspan=2>2026</th></tr>
      <tr><th>Q1</th><th>Q2</th></tr></thead><tr><td rowspan=2>볼트<br>M6</td><td>1</td><td>2</td></tr>
      <tr><td>3</td><td>4</td></tr><tr><td colspan=3>참고</td></tr></table>`;
    expect(textOf(html)).toBe(
      [
        "재고\n",
        "| 품목 | 2026 Q1 | 2026 Q2 |",
        "| --- | --- | --- |",
        "| 볼트 M6 | 1 | 2 |",
        "| 볼트 M6 | 3 | 4 |",
        "| 참고 |  |  |",
      ].join("\n"),
    );
  });

  test("keeps lines and lists of a cell apart", () => {
    expect(
      textOf("<table><tr><th>a</th></tr><tr><td>one<br>two<p>three</p><ul><li>four</ul></td></tr></table>"),
    ).toContain("| one two three four |");
  });

  test("for layout becomes its content, once", () => {
    const html =
      "<table><tr><td><table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table></td><td>side</td></tr></table>";
    expect(textOf(html)).toBe("| a | b |\n| --- | --- |\n| 1 | 2 |\n\nside");
  });

  test("that declares more rows and columns than it has does not grow", () => {
    const text = textOf(`<table>${"<tr><td rowspan=65534 colspan=1000>x</td><td>y</td></tr>".repeat(50)}</table>`);
    expect(text.length).toBeLessThan(100_000);
  });
});

describe("a page with a spreadsheet's name", () => {
  const sheet = `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"><style>.xl1{mso-number-format:"0"}</style></head>
    <body><table><tr><td colspan=3>2026년 재고</td></tr><tr><td>품목</td><td>수량</td><td>단가</td></tr>
    <tr><td>볼트</td><td class=xl1>10</td><td><s>100</s> 90</td></tr><tr><td>너트<br>M6</td><td>20</td><td>200</td></tr></table></body></html>`;

  test.each([
    ["stock.xls", ""],
    ["stock.xls", "application/vnd.ms-excel"],
    ["stock.csv", "text/csv"],
  ])("%s of type %j is its table, with a header and its title", async (name, type) => {
    const { table, title, notes } = await read(name, sheet, type);
    expect(table?.columns).toEqual(["품목", "수량", "단가"]);
    expect(table?.rows).toEqual([
      ["볼트", "10", "90"],
      ["너트 M6", "20", "200"],
    ]);
    expect(title).toBe("2026년 재고");
    expect(notes).toEqual(["2026년 재고"]);
  });

  test("of 10,000 rows is a table too", async () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => `<tr><td>품목 ${at}</td><td>${at}</td></tr>`);
    const { columns, chunks: split } = await chunks(
      "a.xls",
      `<table><tr><th>이름</th><th>수량</th></tr>${rows.join("")}</table>`,
    );
    expect(columns).toEqual(["이름", "수량"]);
    expect(split.flatMap((piece) => piece.rows ?? [])).toHaveLength(10_000);
  });

  test("is read if it is tab-separated text, and refused if it is Excel's XML or old format", async () => {
    expect((await read("a.xls", "품목\t수량\n볼트\t10\n")).table?.rows).toEqual([["볼트", "10"]]);
    const xml = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:x"></Workbook>';
    expect(await failureOf("a.xls", xml)).toMatchObject({ code: "unsupported" });
    const old = await failureOf("a.xls", Buffer.from("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "latin1"));
    expect(old.code).toBe("unsupported");
    expect(old.message).toContain("CSV");
  });
});
