import { expect, test } from "bun:test";
import { SaidLines } from "../../../src/tools/mcp/said-lines.ts";

const saying = () => {
  const told: string[] = [];
  const clock = { now: 0 };
  return {
    told,
    clock,
    said: new SaidLines(
      (line) => told.push(line),
      () => clock.now,
    ),
  };
};

test("lines arrive in any pieces, and are told without their ends", () => {
  const { told, said } = saying();
  for (const piece of ["one\r", "\ntw", "o\n\nthree\nf", "our"]) said.push(piece);
  expect(told).toEqual(["one", "two", "", "three"]);
});

test("a line without an end is told as its beginning, and takes no memory meanwhile", () => {
  const { told, said } = saying();
  for (let at = 0; at < 1_000; at++) said.push("x".repeat(10_000));
  said.push("\nnext\n");
  expect(told.map((line) => line.length)).toEqual([2_000, 4]);
});

test("of a program that prints without end some lines a second are told, and how many were not", () => {
  const { told, clock, said } = saying();
  for (let at = 0; at < 100_000; at++) said.push("again\n");
  expect(told.length).toBe(200);
  clock.now = 1_000;
  said.push("again\n".repeat(1_000));
  expect(told.length).toBe(221);
  expect(told[200]).toBe("(99800 lines were left out: it writes too many)");
});
