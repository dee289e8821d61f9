import { expect, test } from "bun:test";
import { burstRatioOf, figuresOf, quantile, ratioOf } from "../../bench/figures.ts";
import type { LoadResult, Spent } from "../../bench/load.ts";
import type { Relayed } from "../../bench/relaying.ts";

const spent = (micros: number): Spent => ({ seconds: 2, tokens: 1_000_000, server: micros, beside: 1 });
const result = (micros: number, added: readonly number[]): LoadResult => ({
  window: spent(micros),
  whole: spent(micros + 1),
  added,
  streams: added.length,
  faults: {},
});
const round = (target: Relayed["target"], micros: number): Relayed => ({
  target,
  steady: result(micros, []),
  first: result(0, [micros, 100]),
  burst: result(2 * micros, [micros, 2 * micros, 3 * micros]),
});

test("a quantile is interpolated linearly between its neighbours", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10], 0.99)).toBe(10);
  expect(quantile([], 0.5)).toBeNaN();
});

test("targets are compared within each round, so that a slowdown of the machine affects both", () => {
  const relayed = [round("floor", 30), round("yeoul", 45), round("floor", 60), round("yeoul", 90), round("floor", 40)];
  expect(ratioOf("yeoul", "floor", relayed)).toEqual({ median: 1.5, least: 1.5, most: 1.5 });
  expect(ratioOf("yeoul", "streamText", relayed).median).toBeNaN();
});

test("figures are microseconds of CPU and tokens a second", () => {
  const figures = figuresOf("floor", [round("floor", 30), round("floor", 32), round("yeoul", 900)]);
  expect(figures.cpu).toEqual({ median: 31, least: 30, most: 32 });
  expect(figures.wholeCpu.median).toBe(32);
  expect(figures.besideCpu.median).toBe(1);
  expect(figures.pace.median).toBe(500_000);
  expect(figures.added.count).toBe(4);
  expect(figures.added.median).toBe(66);
});

test("a burst is measured by the time added to the first token and the CPU of a whole run", () => {
  const relayed = [round("floor", 30), round("yeoul", 60)];
  expect(burstRatioOf("yeoul", "floor", relayed, 0.5)).toEqual({ median: 2, least: 2, most: 2 });
  const { burst } = figuresOf("yeoul", relayed);
  expect(burst.added).toEqual({ median: 120, p99: expect.closeTo(178.8), count: 3 });
  expect(burst.cpu.median).toBeCloseTo(121e6 / 3);
  expect(burst.besideCpu.median).toBeCloseTo(1e6 / 3);
});
