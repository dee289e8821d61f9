import { realSystem, type System } from "../../src/domain/system.ts";

/** Time that runs `times` as fast, so that patience and retries pass in milliseconds. */
export const hastySystem = (times = 20): System => {
  const begun = Date.now();
  const origin = performance.now();
  return {
    ...realSystem,
    now: () => begun + Math.round((performance.now() - origin) * times),
    sleep: (ms, signal) => realSystem.sleep(ms / times, signal),
  };
};
