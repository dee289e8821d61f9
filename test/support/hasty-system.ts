import { realSystem, type System } from "../../src/domain/system.ts";

/** Time that runs `times` as fast, so that patience and retries pass in milliseconds; `skip` jumps ahead. */
export const hastySystem = (times = 20): System & { skip(ms: number): void } => {
  const begun = Date.now();
  const origin = performance.now();
  let skipped = 0;
  return {
    ...realSystem,
    now: () => begun + Math.round((performance.now() - origin) * times) + skipped,
    sleep: (ms, signal) => realSystem.sleep(ms / times, signal),
    skip: (ms) => {
      skipped += ms;
    },
  };
};
