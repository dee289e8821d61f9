import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { EventBudget } from "../../src/agents/event-budget.ts";

const token = (delta: string) => ({ type: "token", payload: { delta } }) as const;
const custom = (data: string) => ({ type: "custom", payload: { name: "n", data } }) as const;

/** Takes events until one is too much. Returns how many were taken, and why no more. */
const filled = (event: ReturnType<typeof token> | ReturnType<typeof custom>) => {
  const budget = new EventBudget("agent a, node run");
  for (let taken = 0; ; taken++) {
    try {
      budget.take(event);
    } catch (error) {
      return { taken, why: (error as Error).message };
    }
  }
};

describe("what a node may emit", () => {
  test("is a megabyte of text, in pieces of any length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 2_000_000 }), (length) => {
        const { taken, why } = filled(token("x".repeat(length)));
        expect(taken).toBe(Math.floor((1024 * 1024) / length));
        expect(why).toBe("agent a, node run emitted more than 1048576 characters of text");
      }),
      { numRuns: 20 },
    );
  });

  test("is 256 KB in one other event, and 4 MB in all", () => {
    expect(filled(custom("x".repeat(300_000)))).toEqual({
      taken: 0,
      why: "agent a, node run emitted custom with a payload of more than 262144 characters",
    });
    const { taken, why } = filled(custom("x".repeat(200_000)));
    expect(taken).toBe(20);
    expect(why).toContain("events of more than 4194304 characters");
  });

  test("is ten thousand events besides text, however small", () => {
    expect(filled(custom(""))).toEqual({ taken: 10_000, why: "agent a, node run emitted more than 10000 events" });
  });

  test("is a thousand steps, and 8 MB of their results", () => {
    const small = new EventBudget("agent a, node run");
    for (let made = 0; made < 1_000; made++) small.step(2);
    expect(() => small.step(2)).toThrow("made more than 1000 steps");
    const large = new EventBudget("agent a, node run");
    for (let made = 0; made < 8; made++) large.step(1024 * 1024);
    expect(() => large.step(1)).toThrow("results of more than 8388608 characters");
  });
});
