import { ownNamespaces } from "../../support/own-namespaces.ts";
import { killOrSuspend } from "../kill-or-suspend.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** Each replica is process 1 on a machine of the same name, as in two containers, and one is killed or suspended. */
export const twins: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({
    size: 2,
    env: { LEASE_TTL: `${leaseMs}ms`, HEARTBEAT_INTERVAL: "2s" },
    surroundings: () => ({ within: ownNamespaces("yeoul") }),
  });
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.2, queued: 0.3 }),
    strike: async (people, random) => ({ moments: await killOrSuspend(place.cluster, people, random, leaseMs) }),
  });
};
