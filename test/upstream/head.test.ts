import { expect, test } from "bun:test";
import { Head } from "../../src/upstream/head.ts";
import { cpuMs } from "../support/cpu.ts";

const headOf = (lines: readonly string[]): Head => {
  const head = new Head();
  head.read(Buffer.from(["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n"), "latin1"), 0);
  return head;
};

test("a header's value loses the blanks around it, and those of a folded line", () => {
  const head = headOf(["x-a: \t one  two \t ", " \t three ", "x-a:four", "x-empty: \t "]);
  expect(head.field("X-A")).toBe("one  two three, four");
  expect(head.field("x-empty")).toBe("");
});

test("a header that contains a carriage return or NUL is refused", () => {
  for (const line of ["x: a\rb", "x: a\0b", " \r", "x : a", ": a"]) {
    expect(() => headOf(["y: 1", line])).toThrow("a header that cannot be read");
  }
});

test("a header of nearly nothing but blanks is read in one pass", async () => {
  const blanks = " ".repeat(70_000);
  // Rescanning them from each one would take several seconds.
  const ms = await cpuMs(() => {
    expect(headOf([`x: a${blanks}b`]).field("x")).toHaveLength(70_002);
    expect(headOf(["x: a", `${blanks}b`]).field("x")).toBe("a b");
    expect(() => headOf(["x: a", `${blanks}\rb`])).toThrow();
  });
  expect(ms).toBeLessThan(500);
});
