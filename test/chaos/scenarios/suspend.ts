import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** A replica of two is suspended until its lease is over and its runs are taken, then resumed with all that it had in memory. */
export const suspend: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({ size: 2, env: { LEASE_TTL: `${leaseMs}ms`, HEARTBEAT_INTERVAL: "2s" } });
  const { cluster } = place;
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.2, queued: 0.2 }),
    strike: async (people, random) => {
      await people.received(random.fraction() * 0.4);
      const victim = cluster.choose(random);
      const moments = [Date.now()];
      cluster.signal(victim, "SIGSTOP");
      await Bun.sleep(leaseMs * (1.2 + random.fraction()));
      cluster.signal(victim, "SIGCONT");
      return { moments };
    },
  });
};
