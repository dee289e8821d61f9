import { realSystem, type System } from "../../src/domain/system.ts";

/**
 * Time that runs `times` as fast, so that patience and retries pass in milliseconds. It passes in sleeps alone: what a busy
 * machine takes for the work between them uses up nobody's patience.
 */
export const hastySystem = (times = 20): System => {
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
