import { expect, test } from "bun:test";
import { BoundedLines } from "../../../src/tools/mcp/bounded-lines.ts";

const boundedLines = () => {
  const passed: string[] = [];
  const clock = { now: 0 };
  return {
    passed,
    clock,
    lines: new BoundedLines(
      (line) => passed.push(line),
      () => clock.now,
    ),
  };
};

test("lines may arrive in any pieces, and are passed on without their line ends", () => {
  const { passed, lines } = boundedLines();
  for (const piece of ["one\r", "\ntw", "o\n\nthree\nf", "our"]) lines.push(piece);
  expect(passed).toEqual(["one", "two", "", "three"]);
});

test("only the beginning of an endless line is passed on, and the rest takes no memory", () => {
  const { passed, lines } = boundedLines();
  for (let at = 0; at < 1_000; at++) lines.push("x".repeat(10_000));
  lines.push("\nnext\n");
  expect(passed.map((line) => line.length)).toEqual([2_000, 4]);
});

test("of a program that prints without end some lines a second are passed on, with the number of those left out", () => {
  const { passed, clock, lines } = boundedLines();
  for (let at = 0; at < 100_000; at++) lines.push("again\n");
  expect(passed.length).toBe(200);
  clock.now = 1_000;
  lines.push("again\n".repeat(1_000));
  expect(passed.length).toBe(221);
  expect(passed[200]).toBe("(99800 lines were left out: it writes too many)");
});
