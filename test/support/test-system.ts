import { realSystem, type System } from "../../src/domain/system.ts";

export interface TestSystem extends System {
  /** The next ids count on from here, so that a test's ids do not depend on earlier ones. */
  countFrom(next: number): void;
}

/**
 * A clock that stands still at the start of 2026, ids that count up, and no randomness: the service's output under it
 * is the same every time, byte for byte. Sleeps are real.
 */
export const testSystem = (): TestSystem => {
  let next = 0;
  return {
    now: () => Date.UTC(2026, 0, 1),
    id: () => `01990000-0000-7000-8000-${(next++).toString(16).padStart(12, "0")}`,
    secret: () => `secret-${next++}`.padEnd(43, "-"),
    random: () => 0.5,
    sleep: realSystem.sleep,
    countFrom: (number) => {
      next = number;
    },
  };
};
