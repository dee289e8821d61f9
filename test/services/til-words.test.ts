import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { excerptIn } from "../../src/services/til/excerpt.ts";
import { MAX_SOURCE, sourceOf } from "../../src/services/til/source.ts";
import { tagsIn } from "../../src/services/til/tags.ts";
import { titleIn } from "../../src/services/til/title.ts";

describe("a title", () => {
  test.each([
    ['"Bun reads SQL"', "Bun reads SQL"],
    ["“번의 SQL”", "번의 SQL"],
    ["「번의 SQL」\n", "번의 SQL"],
    ['**"Bun reads SQL"**', "Bun reads SQL"],
    ['Title: "Bun reads SQL"', "Bun reads SQL"],
    ["제목： 번의 SQL", "번의 SQL"],
    ["# Bun\n\nMore.", "Bun"],
    ["---\nBun", "Bun"],
    ['He said "no" and "yes"', 'He said "no" and "yes"'],
    ["the `using` keyword", "the `using` keyword"],
    ["", "The note"],
    ['""', "The note"],
  ])("is cleaned up from %p", (answer, title) => {
    expect(titleIn(answer, "\n## The note\n")).toBe(title);
  });

  test("is never empty, never longer than the bound, and on one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.string({ unit: "binary" }), (answer, content) => {
        const title = titleIn(answer, content);
        expect(title.trim()).not.toBe("");
        expect([...title].length).toBeLessThanOrEqual(200);
        expect(title).not.toContain("\n");
      }),
    );
  });
});

describe("an excerpt", () => {
  test("is unchanged up to 500 characters, on one line", () => {
    expect(excerptIn(" One.\nTwo.  Three. ", "x")).toBe("One. Two. Three.");
    expect(excerptIn("🎉".repeat(500), "x")).toBe("🎉".repeat(500));
  });

  test("is the beginning of the note when the model gives none", () => {
    expect(excerptIn(" \n", "# Title\n\n- item\n\nIt begins here. And goes on.\n")).toBe(
      "It begins here. And goes on.",
    );
    expect(excerptIn("", "# Title")).toBe("");
  });

  test("is cut after a sentence", () => {
    const sentence = `The ${"word ".repeat(40)}end. `;
    expect(excerptIn(sentence.repeat(5), "x")).toBe(sentence.repeat(2).trim());
    expect(excerptIn("이 문장은 스무 글자쯤 되는 문장이다. ".repeat(50), "x")).toEndWith("문장이다.");
  });

  test("is cut after a word where a sentence is longer than the bound", () => {
    const cut = excerptIn("word ".repeat(200), "x");
    expect(cut).toMatch(/word…$/);
    expect(excerptIn("가".repeat(900), "x")).toBe(`${"가".repeat(499)}…`);
  });

  test("has at most 500 code points for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 400, maxLength: 1_200 }), (answer) => {
        expect([...excerptIn(answer, "x")].length).toBeLessThanOrEqual(500);
      }),
    );
  });
});

describe("tags", () => {
  const known = [
    { tagId: "t1", name: "TypeScript", slug: "typescript" },
    { tagId: "t2", name: "Machine Learning", slug: "machine-learning" },
    { tagId: "t3", name: "데이터베이스", slug: "데이터베이스" },
  ];
  const names = (answer: string) => tagsIn(answer, known).map(({ name, is_new }) => (is_new ? `+${name}` : name));

  test.each([
    ['["TYPESCRIPT", "machine-learning"]', ["TypeScript", "Machine Learning"]],
    ['["new one", "typescript"]', ["TypeScript", "+new-one"]],
    ['```json\n["Bun SQL"]\n```', ["+bun-sql"]],
    ['Sure! ["bun"] I hope this helps.', ["+bun"]],
    ['[{"name":"#Bun"},{"id":1}]', ["+bun"]],
    ["bun, SQL", ["+bun", "+sql"]],
    ["- bun\n- `SQL`\n1. typescript", ["TypeScript", "+bun", "+sql"]],
    ["['bun', 'sql']", ["+bun", "+sql"]],
    ['["bun", "Bun", "BUN "]', ["+bun"]],
    ['["데이터베이스", "C++"]', ["데이터베이스", "+c-plus-plus"]],
    ['["a","b","c","d","e","f","typescript"]', ["TypeScript", "+a", "+b", "+c", "+d"]],
    [`["${"x".repeat(60)}", "🎉", ""]`, []],
    ["", []],
    ["I am sorry, but there is nothing to tag.", []],
    ["[[1, null, true]]", []],
  ])("in %p", (answer, tags) => {
    expect(names(answer)).toEqual(tags);
  });

  test("are at most five, each once and valid, for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: "binary" })), (answer) => {
        const tags = tagsIn(answer, known);
        expect(tags.length).toBeLessThanOrEqual(5);
        expect(new Set(tags.map(({ slug }) => slug)).size).toBe(tags.length);
        for (const tag of tags.filter(({ is_new }) => is_new)) {
          expect(tag).toEqual({ id: null, name: tag.slug, slug: tag.slug, is_new: true });
          expect(tag.name).toMatch(/^[^\sA-Z]{1,100}$/u);
        }
      }),
    );
  });
});

describe("a source", () => {
  test("has its title above it, unless it begins with the title", () => {
    expect(sourceOf({ title: "Title", text: "Text." }, "en").text).toBe("# Title\n\nText.");
    expect(sourceOf({ title: "Title", text: "# Title\n\nText." }, "en").text).toBe("# Title\n\nText.");
    expect(sourceOf({ title: null, text: " a\r\nb\r " }, "en").text).toBe("a\nb");
  });

  test("is Korean when a tenth of its letters are", () => {
    const language = (text: string) => sourceOf({ title: null, text }, "ko").language;
    expect(language("Bun의 SQL client를 배웠다")).toBe("ko");
    expect(language(`${"An article by someone. ".repeat(20)} 김민수`)).toBe("en");
    expect(language("1 + 1")).toBe("ko");
  });

  test("is cut when it is too long, and says so", () => {
    const long = sourceOf({ title: null, text: "word ".repeat(20_000) }, "en");
    expect(long.isCut).toBe(true);
    expect(long.text).toMatch(/word$/);
    expect(long.text.length).toBeWithin(MAX_SOURCE - 10, MAX_SOURCE + 1);
    expect(sourceOf({ title: null, text: "word" }, "en").isCut).toBe(false);
    expect(sourceOf({ title: null, text: `x${"🎉".repeat(MAX_SOURCE)}` }, "en").text.isWellFormed()).toBe(true);
  });
});
