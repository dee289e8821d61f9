import { expect, test } from "bun:test";
import { inReadingOrder, mistakeText } from "../../src/domain/file-mistake.ts";

const at = (file: string, line: number | null, field: string | null = null) => ({
  file,
  line,
  field,
  message: "must be mended",
});

test("a mistake is reported with its file, line and field, as far as it has them", () => {
  expect(mistakeText(at("agents/a.md", 4, "remote.url"))).toBe("agents/a.md:4: remote.url must be mended");
  expect(mistakeText(at("agents/a.md", 4))).toBe("agents/a.md:4: must be mended");
  expect(mistakeText(at("agents/a.md", null))).toBe("agents/a.md: must be mended");
});

test("mistakes come in the order of files and lines", () => {
  const [first, second, third] = [at("a.md", null), at("a.md", 9), at("b.md", 2)] as const;
  expect(inReadingOrder([third, second, first])).toEqual([first, second, third]);
});
