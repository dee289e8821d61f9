import type { System } from "../domain/system.ts";
import { StoreError } from "./store-error.ts";

/** Milliseconds between attempts to reach a store that is away. */
const RETRY_MS = 250;

/**
 * Repeats a call of a run for as long as the store is away. Rejects with the signal's reason once that aborts, and with
 * any other error of the call. The call must be one that may be executed twice.
 */
export const untilReached = async <T>(
  call: () => Promise<T>,
  system: Pick<System, "sleep">,
  signal?: AbortSignal,
): Promise<T> => {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "unavailable") throw error;
      signal?.throwIfAborted();
      await system.sleep(RETRY_MS, signal);
    }
  }
};
