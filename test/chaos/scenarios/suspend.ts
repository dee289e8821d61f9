import { crowd } from "../crowd.ts";
import { type OpenScenario, outcomeOf } from "../scenario.ts";
import { stage } from "../stage.ts";

/** A replica of two is suspended until its lease is over and its runs are taken, then resumed with all that it had in memory. */
export const suspend: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({ size: 2, env: { LEASE_TTL: `${leaseMs}ms`, HEARTBEAT_INTERVAL: "2s" } });
  const { cluster } = place;
  return {
    round: async (random) => {
      const people = crowd({
        ...place,
        random: random.fork("people"),
        ...scale,
        size: { words: [60, 160], pauseMs: [50, 120] },
        relayed: 0.2,
        queued: 0.2,
      });
      await people.received(random.fraction() * 0.4);
      const victim = cluster.choose(random);
      const moments = [Date.now()];
      cluster.signal(victim, "SIGSTOP");
      await Bun.sleep(leaseMs * (1.2 + random.fraction()));
      cluster.signal(victim, "SIGCONT");
      return outcomeOf(moments, await people.verdict());
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
};
