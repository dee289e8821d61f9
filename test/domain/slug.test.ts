import { expect, test } from "bun:test";
import fc from "fast-check";
import { slugOf } from "../../src/domain/slug.ts";

test.each([
  ["Hello, World!", "hello-world"],
  ["오늘 배운 것: Bun 실행 파일", "오늘-배운-것-bun-실행-파일"],
  ["오늘 배운 것".normalize("NFD"), "오늘-배운-것"],
  ["PostgreSQL 18's MVCC", "postgresql-18s-mvcc"],
  ["C++ and C#", "c-plus-plus-and-c-sharp"],
  ["ＦＵＬＬ width", "full-width"],
  ["--a__b--", "a-b"],
  ["🎉!?", ""],
])("%p becomes %p", (text, slug) => {
  expect(slugOf(text)).toBe(slug);
});

test("a long text is cut between words, a single long word anywhere", () => {
  expect(slugOf("word ".repeat(40))).toBe(`${"word-".repeat(15)}word`);
  expect(slugOf("가".repeat(200))).toBe("가".repeat(80));
});

test("any text gives words joined by single hyphens, and a slug's slug is itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const slug = slugOf(text);
      expect([...slug].length).toBeLessThanOrEqual(80);
      expect(slug).toMatch(/^(?:[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*)?$/u);
      expect(slugOf(slug)).toBe(slug);
    }),
    { numRuns: 2_000 },
  );
});
