import { realSystem, type System } from "../../src/domain/system.ts";

export interface HeldSleeps {
  readonly system: System;
  /** Ends the sleeps that are in progress. */
  end(): void;
}

/** A system whose sleeps of exactly `ms` last until the test ends them: a timeout that a busy machine cannot cause. */
export const heldSleeps = (ms: number, from: System = realSystem): HeldSleeps => {
  let held = Promise.withResolvers<void>();
  const until = (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = () => reject(signal?.reason);
      if (signal?.aborted) return leave();
      signal?.addEventListener("abort", leave, { once: true });
      void held.promise.then(resolve);
    });
  return {
    system: { ...from, sleep: (given, signal) => (given === ms ? until(signal) : from.sleep(given, signal)) },
    end: () => {
      held.resolve();
      held = Promise.withResolvers<void>();
    },
  };
};
