import { crowd } from "../crowd.ts";
import { type OpenScenario, outcomeOf } from "../scenario.ts";
import { stage } from "../stage.ts";

/** Nothing breaks, but clients leave after a few frames and come back to another replica, again and again. */
export const roam: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({ size: 2, env: { LEASE_TTL: `${leaseMs}ms` } });
  return {
    round: async (random) => {
      const restless = random.fork("restless");
      const people = crowd({
        ...place,
        random: random.fork("people"),
        ...scale,
        size: { words: [40, 120], pauseMs: [10, 60] },
        queued: 0.3,
        patience: () => restless.between(1, 12),
      });
      return outcomeOf([], await people.verdict());
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
};
