import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** A window of this length ends during a test once in a thousand years. */
const LONG_MS = 1_000 * 86_400_000;

export const storeCountsUsage = (under: StoreUnderTest): void => {
  const user = () => `user ${realSystem.id()}`;

  test("of simultaneous requests as many are admitted as the limit allows, for each user separately", async () => {
    const { usage } = under.store;
    const [a, b] = [user(), user()];
    const rate = { limit: 7, windowMs: LONG_MS };
    const taken = await Promise.all(Array.from({ length: 20 }, () => usage.take(a, "requests", rate)));
    expect(taken.filter(({ isTaken }) => isTaken)).toHaveLength(7);
    expect(await usage.read(a, "requests", LONG_MS)).toMatchObject({ total: 7 });
    expect(await usage.take(b, "requests", rate)).toMatchObject({ isTaken: true, total: 1 });
  });

  test("kinds and windows are counted separately, and no count is below zero", async () => {
    const { usage } = under.store;
    const a = user();
    expect((await usage.add(a, "tokens", LONG_MS, 40)).total).toBe(40);
    expect((await usage.add(a, "tokens", LONG_MS, 2 ** 40)).total).toBe(40 + 2 ** 40);
    expect((await usage.read(a, "requests", LONG_MS)).total).toBe(0);
    expect((await usage.read(a, "tokens", 2 * LONG_MS)).total).toBe(0);
    expect((await usage.add(a, "requests", LONG_MS, -3)).total).toBe(0);
    expect((await usage.add(a, "requests", LONG_MS, 1)).total).toBe(1);
    expect((await usage.add(a, "requests", LONG_MS, -1)).total).toBe(0);
  });

  test("a count ends with its window, and is deleted then and no sooner", async () => {
    const { usage } = under.store;
    const [a, b] = [user(), user()];
    const counted = await usage.add(b, "tokens", LONG_MS, 1);
    expect(counted.endsInMs).toBeWithin(1, LONG_MS + 1);
    // A window of one millisecond is over by the next call.
    await usage.add(a, "tokens", 1, 5);
    while ((await usage.read(a, "tokens", 1)).total > 0);
    while ((await usage.sweep(100)) > 0);
    expect((await usage.read(b, "tokens", LONG_MS)).total).toBe(1);
    expect(await usage.sweep(100)).toBe(0);
  });

  test("a secret is created once, by whichever process is first, and stays the same", async () => {
    const { secrets } = under.store;
    const name = realSystem.id();
    const made = await Promise.all(Array.from({ length: 8 }, (_, at) => secrets.ensure(name, `secret ${at}`)));
    expect(new Set(made).size).toBe(1);
    expect(await secrets.ensure(name, "another")).toBe(made[0] ?? "");
    expect(await secrets.ensure(`${name}'`, "another")).toBe("another");
  });
};
