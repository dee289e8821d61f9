import { expect, test } from "bun:test";
import { BodyBudget } from "../../src/http/body-budget.ts";

const KIB = 1024;
const FREE = 64 * KIB;
const BUSY = "Too many large bodies";

test("bodies on their way in are bounded together and by caller, and give back what they took", () => {
  const budget = new BodyBudget({ bytes: 300 * KIB, bytesPerCaller: 200 * KIB });
  const first = budget.open("a");
  for (let at = 0; at < 200; at++) first.add(KIB);
  first.add(FREE);
  expect(() => budget.open("a").add(FREE + 1)).toThrow(BUSY);
  const other = budget.open("b");
  other.add(FREE + 100 * KIB);
  expect(() => other.add(1)).toThrow(BUSY);
  first.close();
  first.close();
  other.add(100 * KIB);
  expect(() => budget.open("c").add(FREE + 101 * KIB)).toThrow(BUSY);
  budget.open("c").add(FREE + 100 * KIB);
});

test("small bodies are free, however many there are", () => {
  const budget = new BodyBudget({ bytes: 1, bytesPerCaller: 1 });
  for (let at = 0; at < 1_000; at++) budget.open("a").add(FREE);
  expect(() => budget.open("a").add(FREE + 2)).toThrow(BUSY);
});
