import { describe, expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import type { Upload } from "../../src/domain/document.ts";
import { UnreadableError } from "../../src/domain/unreadable.ts";
import { openReader } from "../../src/reading/reader.ts";
import { KOREAN_FONT, lines, pdf } from "../support/pdf.ts";

const never = new AbortController().signal;
const reader = openReader();

const upload = (name: string, content: string | Uint8Array, mediaType = ""): Upload => ({
  name,
  mediaType,
  bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
});
const read = (...given: Parameters<typeof upload>) => reader.read(upload(...given), { signal: never });
const failureOf = async (...given: Parameters<typeof upload>): Promise<UnreadableError> => {
  const thrown = await read(...given).catch((error: unknown) => error);
  if (thrown instanceof UnreadableError) return thrown;
  throw new Error("It was read", { cause: thrown });
};
/** "재고" and more in CP949, as Korean Windows writes it. */
const CP949 = Uint8Array.of(0xc0, 0xe7, 0xb0, 0xed, 0x20, 0xc7, 0xd1, 0xb1, 0xdb);

describe("a file's kind", () => {
  test.each([
    ["a.txt", "", "text/plain"],
    ["a.md", "", "text/markdown"],
    ["a.markdown", "application/octet-stream", "text/markdown"],
    ["a.csv", "text/plain", "text/csv"],
    ["a.tsv", "", "text/csv"],
    ["a.csv", "application/vnd.ms-excel", "text/csv"],
    ["a.htm", "", "text/html"],
    ["a.txt", "text/markdown; charset=utf-8", "text/markdown"],
    ["a", "", "text/plain"],
    ["a.json", "application/json", "text/plain"],
  ])("%s of type %j is %s", async (name, declared, type) => {
    expect((await read(name, "a,b\n1,2\n", declared)).mediaType).toBe(type);
  });

  test("is found by its first bytes when name and type are wrong", async () => {
    expect((await read("notes.txt", pdf([lines("Hello")]), "text/plain")).mediaType).toBe("application/pdf");
    expect((await read("page.txt", "<!doctype html><p>Hello</p>")).mediaType).toBe("text/html");
  });

  test.each([
    ["report.docx", "PK\x03\x04…", ""],
    ["report.txt", "PK\x03\x04…", "text/plain"],
    ["photo.png", "\x89PNG\r\n", "image/png"],
    ["letter.hwp", "x", "application/x-hwp"],
    ["data.bin", "a\0b", "application/octet-stream"],
    ["data.txt", "a\0b", "text/plain"],
  ])("%s is refused as an unsupported kind", async (name, content, type) => {
    const error = await failureOf(name, Buffer.from(content, "latin1"), type);
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain("PDF");
  });

  test.each(["a.txt", "a.md", "a.html", "a.csv", "a.pdf"])(
    "%s without a byte or with only blanks is empty",
    async (name) => {
      expect((await failureOf(name, "")).code).toBe("empty");
      if (name !== "a.pdf") expect((await failureOf(name, " \r\n\t\n")).code).toBe("empty");
    },
  );

  test("past 20 MiB it is too large", async () => {
    expect((await failureOf("a.txt", new Uint8Array(20 * 1024 * 1024 + 1).fill(65))).code).toBe("too_large");
  });
});

describe("text", () => {
  test.each([
    ["UTF-8", "재고 한글", ""],
    ["UTF-8 with a mark", "\ufeff재고 한글", ""],
    ["UTF-16 with a mark", Buffer.from("\ufeff재고 한글", "utf16le"), ""],
    ["CP949, undeclared", CP949, ""],
    ["CP949, declared", CP949, "text/plain; charset=cp949"],
    ["CP949 that is declared as UTF-8", CP949, "text/plain; charset=utf-8"],
    ["CP949 that is declared as nonsense", CP949, "text/plain; charset=klingon"],
  ])("in %s is read", async (_, content, type) => {
    expect((await read("a.txt", content, type)).text).toBe("재고 한글");
  });

  test("that is invalid in every encoding is refused", async () => {
    const noise = Uint8Array.from({ length: 4_000 }, (_, at) => ((at * 7919) % 251) + 1);
    expect((await failureOf("a.txt", noise)).code).toBe("malformed");
  });

  test("has \\n at the end of its lines, for any original line ends, and no NUL", async () => {
    expect((await read("a.txt", `a\r\nb\rc${" ".repeat(1_100)}\0`)).text).toBe(`a\nb\nc${" ".repeat(1_100)}\ufffd`);
  });

  test.each([
    ["a.md", "# One *two* [three](http://x)\n\ntext", "One two three"],
    ["a.md", "---\ntitle: Settings\n---\ntext", "Settings"],
    ["a.md", "text\n\n```\n# no heading\n```", null],
    ["a.txt", "The title\n\nIt begins here.", "The title"],
    ["a.txt", "It begins here. And so on,\nfor long.", null],
  ])("%s has its title: %j", async (name, content, title) => {
    expect((await read(name, content)).title).toBe(title);
  });
});

describe("HTML", () => {
  const paragraph = "<p>A paragraph that is long enough, with commas, to count as the text of an article.</p>";

  test("becomes Markdown: headings, lists, tables; without scripts and menus", async () => {
    const html = `<html><head><title>A page</title><script>var x = "secret";</script></head><body><nav>Menu</nav>
      <article><h2>Head_ing</h2>${paragraph.repeat(5)}<ul><li>one</li></ul>
      <table><tr><th>A</th><th>B</th></tr><tr><td>1|2</td><td>3</td></tr></table></article></body></html>`;
    const { title, text } = await read("a.html", html);
    expect(title).toBe("A page");
    expect(text).toContain("## Head_ing");
    expect(text).toContain("| A | B |\n| --- | --- |\n| 1\\|2 | 3 |");
    expect(text).toMatch(/^-\s+one$/m);
    expect(text).not.toMatch(/secret|Menu/);
  });

  test("has its links resolved against its URL, and loses those that run scripts", async () => {
    const html = `<p><a href="/b">there</a> <a href="javascript:alert(1)">no</a> <img src="x" alt="a picture"></p>`;
    const at = await reader.read(upload("a.html", html), { signal: never, baseUrl: "https://example.com/a/" });
    expect(at.text).toBe("[there](https://example.com/b) no a picture");
    expect((await read("a.html", html)).text).toBe("there no a picture");
  });

  test("can declare its encoding", async () => {
    const page = Buffer.concat([Buffer.from('<html><head><meta charset="euc-kr"></head><p>'), CP949]);
    expect((await read("a.html", page)).text).toBe("재고 한글");
  });

  test.each([
    ["20,000 nested elements", "<div>".repeat(20_000)],
    ["50,000 elements", "<p>x</p>".repeat(50_000)],
    ["a long attribute", `<p title="${"x".repeat(1_000_000)}">`],
  ])("with %s is quickly read as plain text", async (_, start) => {
    expect((await read("a.html", `${start}a &lt; b`)).text).toEndWith("a < b");
  });
});

describe("CSV", () => {
  test.each([
    ["commas", 'a,b\n1,"x, y"\n'],
    ["semicolons, with Excel's line", 'sep=;\na;b\n1;"x, y"\n'],
    ["tabs and CRLF", "a\tb\r\n1\tx, y\r\n"],
    ["a mark and blank rows", '\ufeffa,b\n\n1,"x, y"\n,\n'],
    ["empty cells past the header", 'a,b,\n1,"x, y",\n'],
  ])("with %s is a table", async (_, content) => {
    const { table } = await read("a.csv", content);
    expect(table).toEqual({ columns: ["a", "b"], rows: [["1", "x, y"]] });
  });

  test("keeps a bare quote and the rows after it", async () => {
    const { table } = await read("a.csv", 'size,name\n3" pipe,x\n4" pipe,y\n');
    expect(table?.rows).toEqual([
      ['3" pipe', "x"],
      ['4" pipe', "y"],
    ]);
  });

  test("keeps columns with equal names, without a name and named __proto__", async () => {
    const { table } = await read("a.csv", "__proto__,a,a,,b\n1,2,3,,5\n1,2,3,4,5\n");
    expect(table?.columns).toEqual(["__proto__", "a", "a", "column 4", "b"]);
    expect(table?.rows).toHaveLength(2);
  });

  test.each([
    ["a row that is too short", "a,b,c\n1,2,3\n1,2\n", "Row 3"],
    ["a row that is too long", "a,b\n1,2,3\n", "Row 2"],
  ])("with %s is refused, and the row named", async (_, content, row) => {
    const error = await failureOf("a.csv", content);
    expect(error.code).toBe("malformed");
    expect(error.message).toStartWith(row);
  });

  test("with only a header is empty", async () => {
    expect((await failureOf("a.csv", "a,b\n")).code).toBe("empty");
  });
});

describe("PDF", () => {
  test("gives its text by pages, and its title", async () => {
    const file = pdf([lines("First page", "second line"), lines("Last page")], { title: "A book" });
    const { title, text, pageStarts } = await read("a.pdf", file);
    expect(title).toBe("A book");
    expect(text).toBe("First page\nsecond line\n\nLast page");
    expect(pageStarts.map((start) => text.slice(start, start + 5))).toEqual(["First", "Last "]);
  });

  test("of Korean office programs, which embeds no character map, is read too", async () => {
    const file = pdf([{ content: "BT /F1 24 Tf 100 700 Td <C7D1B1DB> Tj ET" }], { font: KOREAN_FONT });
    expect((await read("a.pdf", file)).text).toBe("한글");
  });

  test("that requires a password is refused as encrypted", async () => {
    const error = await failureOf("a.pdf", pdf([lines("secret")], { isEncrypted: true }));
    expect(error.code).toBe("encrypted");
    expect(error.message).toContain("password");
  });

  test("that is cut off, or is no PDF, is malformed", async () => {
    expect((await failureOf("a.pdf", pdf([lines("x")]).subarray(0, 60))).code).toBe("malformed");
    expect((await failureOf("a.pdf", "no PDF")).code).toBe("malformed");
  });

  test("without text is empty, with a message that it needs OCR", async () => {
    const error = await failureOf("a.pdf", pdf([{ content: "0 0 100 100 re f" }]));
    expect(error.code).toBe("empty");
    expect(error.message).toContain("OCR");
  });
});

describe("a file that takes too long", () => {
  test("is ended, even a bomb of a few kilobytes, and the next file is read", async () => {
    const bounded = openReader({ pageMs: 1_000, pagesMs: 10_000, otherMs: 10_000 });
    const good = upload("a.pdf", pdf([lines("good")]));
    expect((await bounded.read(good, { signal: never })).text).toBe("good");
    // Operators and not spaces, because each must be processed.
    const operators = deflateSync(deflateSync(Buffer.from("(a) Tj ".repeat(6_000_000))));
    const bomb = pdf([{ content: operators, filter: "[/FlateDecode/FlateDecode]" }]);
    expect(bomb.length).toBeLessThan(20_000);
    const thrown = await bounded.read(upload("bomb.pdf", bomb), { signal: never }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(UnreadableError);
    expect(thrown).toMatchObject({ code: "too_large" });
    expect((await bounded.read(good, { signal: never })).text).toBe("good");
  });

  test("or is aborted throws the signal's reason, whether it is being read or is waiting", async () => {
    const aborting = new AbortController();
    const slow = () =>
      upload("a.html", `${"<div>".repeat(140)}${"<p>x, y and z, and so on for more than 25</p>".repeat(19_000)}`);
    const reason = new Error("gone");
    const waiting = [slow(), slow()].map((file) =>
      reader.read(file, { signal: aborting.signal }).catch((error: unknown) => error),
    );
    aborting.abort(reason);
    expect(await Promise.all(waiting)).toEqual([reason, reason]);
    expect((await read("a.txt", "and on it goes")).text).toBe("and on it goes");
  });
});
