import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { staged } from "../staged.ts";

/** Nothing breaks, but clients leave after a few frames and come back to another replica, again and again. */
export const roam: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({ size: 2, env: { LEASE_TTL: `${leaseMs}ms` } });
  return staged({
    place,
    scale,
    asks: (random) => {
      const restless = random.fork("restless");
      const patience = () => restless.between(1, 12);
      return { size: { words: [40, 120], pauseMs: [10, 60] }, queued: 0.3, patience };
    },
  });
};
