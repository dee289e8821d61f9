import { realSystem, type System } from "../../src/domain/system.ts";
import { stepOf } from "../../src/runs/run-timeouts.ts";

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

/**
 * A system in which a run's timeout passes only when the test ends it. The timeout must be below 64 s, so that no other
 * sleep is as long as one of its steps.
 */
export const heldTimeout = (timeoutMs: number, from: System = realSystem) => {
  const step = stepOf(timeoutMs);
  const { system, end } = heldSleeps(step, from);
  return {
    system,
    /** Lets all of it pass. */
    end: async (): Promise<void> => {
      // Two steps more, as the first may be almost over.
      for (let passed = 0; passed <= timeoutMs + 2 * step; passed += step) {
        end();
        await new Promise(setImmediate);
      }
    },
  };
};
