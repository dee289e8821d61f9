import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { staged } from "../staged.ts";

/** A replica of two is killed at a random moment, once or twice in a round, and started again at once. */
export const kill: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({ size: 2, env: { LEASE_TTL: `${leaseMs}ms` } });
  const { cluster } = place;
  return staged({
    place,
    scale,
    asks: () => ({ size: { words: [20, 80], pauseMs: [10, 60] }, relayed: 0.2, queued: 0.3 }),
    strike: async (people, random) => {
      const moments: number[] = [];
      const parts = Array.from({ length: random.between(1, 3) }, () => random.fraction() * 0.8).sort((a, b) => a - b);
      for (const part of parts) {
        await people.received(part);
        const victim = cluster.choose(random);
        moments.push(Date.now());
        await cluster.end(victim, "SIGKILL");
        await cluster.start(victim);
      }
      return { moments };
    },
  });
};
