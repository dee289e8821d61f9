import { otherClock } from "../../support/other-clock.ts";
import type { Cluster } from "../cluster.ts";
import { killOrSuspend } from "../kill-or-suspend.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The clock of one replica is a day behind, that of the other a day ahead, and each has to go on with runs of the other. */
export const clocks: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({
    size: 2,
    env: { LEASE_TTL: `${leaseMs}ms`, HEARTBEAT_INTERVAL: "2s" },
    surroundings: (replica) => ({ env: otherClock(replica === 0 ? -1 : 1) }),
  });
  const [behindMs, aheadMs] = [await offset(place.cluster, 0), await offset(place.cluster, 1)];
  if (aheadMs - behindMs < 1.9 * DAY_MS) throw new Error(`the clocks are ${aheadMs - behindMs} ms apart`);
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.2, queued: 0.3 }),
    strike: async (people, random) => ({
      moments: await killOrSuspend(place.cluster, people, random, leaseMs),
      areTimed: false,
    }),
  });
};

/** How far a replica's clock is ahead of this process's, in milliseconds. */
const offset = async (cluster: Cluster, replica: number): Promise<number> => {
  const { headers } = await fetch(`${cluster.url(replica)}/health`);
  return Date.parse(headers.get("date") ?? "") - Date.now();
};
