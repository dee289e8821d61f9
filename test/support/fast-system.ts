import { realSystem, type System } from "../../src/domain/system.ts";

/**
 * A system whose time runs `times` as fast, so that timeouts and retries pass in milliseconds. Time passes only in
 * sleeps: the work between them, however slow on a busy machine, uses up no timeout.
 */
export const fastSystem = (times = 20): System => {
  let now = Date.now();
  return {
    ...realSystem,
    now: () => now,
    sleep: async (ms, signal) => {
      const due = now + ms;
      await realSystem.sleep(ms / times, signal);
      now = Math.max(now, due);
    },
  };
};
