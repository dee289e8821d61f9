import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { TokenMeter } from "../../src/runs/token-meter.ts";

/** A store that counts; `charges` are the amounts that it received. */
const meterOf = (limit: number, known = 0) => {
  const charges: number[] = [];
  const state = { total: known, isAway: false, failures: 0, exhausted: 0 };
  const meter = new TokenMeter({
    limit,
    known,
    charge: async (amount) => {
      if (state.isAway) throw new Error("away");
      charges.push(amount);
      state.total += amount;
      return state.total;
    },
    failed: () => {
      state.failures++;
    },
  });
  meter.watch(() => {
    state.exhausted++;
  });
  return { meter, charges, state };
};

describe("a run's tokens", () => {
  test("are charged as the model counts them, whatever was estimated before", async () => {
    const steps = fc.array(
      fc.oneof(
        fc.string({ maxLength: 200 }).map((text) => ({ text })),
        fc.record({ inputTokens: fc.nat(5000), outputTokens: fc.nat(5000) }),
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { meter, state } = meterOf(100_000);
        let counted = 0;
        for (const step of all) {
          if ("text" in step) meter.countText(step.text);
          else {
            meter.countUsage(step);
            counted += step.inputTokens + step.outputTokens;
          }
        }
        await meter.settle();
        expect(state.total).toBe(counted);
      }),
    );
  });

  test("can exceed the budget while the model is still streaming", () => {
    const { meter, state } = meterOf(100, 90);
    for (let i = 0; i < 40; i++) meter.countText("a");
    expect(state.exhausted).toBe(0);
    meter.countText("a");
    expect(state.exhausted).toBeGreaterThan(0);
  });

  test("may use the whole budget and not one more", async () => {
    const { meter, state } = meterOf(100, 90);
    meter.countUsage({ inputTokens: 5, outputTokens: 5 });
    await meter.settle();
    expect(state.exhausted).toBe(0);
    meter.countUsage({ inputTokens: 1, outputTokens: 0 });
    expect(state.exhausted).toBeGreaterThan(0);
  });

  test("exceed the budget once the store has reported the user's other runs", async () => {
    const { meter, state } = meterOf(1_000);
    state.total = 990;
    meter.countUsage({ inputTokens: 20, outputTokens: 0 });
    expect(state.exhausted).toBe(0);
    await meter.settle();
    expect(state.exhausted).toBeGreaterThan(0);
  });

  test("are charged in slices, one call at a time, and not one by one", async () => {
    const { meter, charges } = meterOf(1_000_000);
    for (let i = 0; i < 10_000; i++) meter.countText("abcd");
    meter.countUsage({ inputTokens: 0, outputTokens: 10_000 });
    await meter.settle();
    expect(charges.reduce((sum, amount) => sum + amount, 0)).toBe(10_000);
    expect(charges.length).toBeLessThan(20);
  });

  test("are not lost while the store is unavailable", async () => {
    const { meter, state } = meterOf(10_000);
    state.isAway = true;
    meter.countUsage({ inputTokens: 600, outputTokens: 0 });
    await meter.settle();
    expect([state.total, state.failures > 0]).toEqual([0, true]);
    state.isAway = false;
    meter.countUsage({ inputTokens: 1, outputTokens: 0 });
    await meter.settle();
    expect(state.total).toBe(601);
  });
});
