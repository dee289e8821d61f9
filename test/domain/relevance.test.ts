import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { coverageOf, fuse, rarityOf, scoreOf } from "../../src/domain/relevance.ts";
import { termsOf } from "../../src/domain/terms.ts";

const order = fc.uniqueArray(fc.constantFrom(..."abcdefgh"));

/** Rankings with equal trust. */
const fused = (...orders: readonly (readonly string[])[]) => fuse(orders.map((keys) => ({ keys, trust: 1 })));

describe("reciprocal rank fusion", () => {
  test("ranks an item that is second in both before one that is first in one", () => {
    expect(fused(["a", "b", "c"], ["d", "b", "e"])[0]).toBe("b");
  });

  test("does not let a less trusted ranking displace the first of another, but adds its items", () => {
    const orders = [
      { keys: ["a", "b"], trust: 1 },
      { keys: ["c", "b", "a"], trust: 0.3 },
    ];
    expect(fuse(orders)).toEqual(["a", "b", "c"]);
  });

  test("leaves a single ranking unchanged, and gives an empty one for none", () => {
    fc.assert(fc.property(order, (one) => expect(fused(one, [])).toEqual(one)));
    expect(fused()).toEqual([]);
  });

  test("has each item once, and keeps an order that all rankings share", () => {
    fc.assert(
      fc.property(order, (one) => {
        expect(fused(one, one, one.slice(0, 3))).toEqual(one);
      }),
    );
    fc.assert(
      fc.property(order, order, (one, other) => {
        expect([...fused(one, other)].sort()).toEqual([...new Set([...one, ...other])].sort());
      }),
    );
  });
});

describe("relevance", () => {
  const everywhere = () => 1;
  const lexemes = (text: string) => new Set(termsOf(text).flatMap(({ forms, parts }) => [...forms, ...parts]));
  const coverage = (query: string, text: string, rarity: (lexeme: string) => number = everywhere) =>
    coverageOf(termsOf(query), lexemes(text), rarity);

  test("a query is covered by a text that has its words with any endings", () => {
    expect(coverage("재고는 창고에", "창고의 재고를")).toBe(1);
    expect(coverage("재고 코끼리", "재고")).toBe(0.5);
    expect(coverage("코끼리", "재고")).toBe(0);
    expect(coverage("", "재고")).toBe(0);
  });

  test("rare words count more than common ones", () => {
    const rarity = (lexeme: string) => rarityOf(lexeme === "재고" ? 900 : 1, 1_000);
    expect(coverage("재고 냉각판", "재고", rarity)).toBeLessThan(0.1);
    expect(coverage("재고 냉각판", "냉각판", rarity)).toBeGreaterThan(0.9);
  });

  test("parts of a word count for half", () => {
    expect(coverage("재고관리", "재고와 관리")).toBeCloseTo(1 / 2);
    expect(coverage("재고관리", "재고")).toBeCloseTo(1 / 4);
  });

  test("rarity is positive and falls as more chunks contain the word, even with inconsistent counts", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000), (holding, more, total) => {
        expect(rarityOf(holding, total)).toBeGreaterThan(0);
        expect(rarityOf(holding + more, total)).toBeLessThanOrEqual(rarityOf(holding, total));
      }),
    );
  });

  test("a score is from 0 to 1, and never falls when either of its parts grows", () => {
    const cosine = fc.double({ min: -1.001, max: 1.001, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, cosine, share, (covered, near, more) => {
        const score = scoreOf(covered, near);
        expect(score).toBeWithin(0, 1 + Number.EPSILON);
        expect(scoreOf(Math.min(1, covered + more), near)).toBeGreaterThanOrEqual(score);
        expect(scoreOf(covered, near + more)).toBeGreaterThanOrEqual(score);
      }),
    );
    expect(scoreOf(null, null)).toBe(0);
    expect(scoreOf(0.4, null)).toBe(0.4);
    expect(scoreOf(null, 0.7)).toBe(0.7);
  });
});
