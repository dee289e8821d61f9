import { otherClock } from "../../support/other-clock.ts";
import type { Fault } from "../checker.ts";
import type { Verdict } from "../crowd.ts";
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
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.2, queued: 0.3 }),
    strike: async (people, random) => ({
      moments: await killOrSuspend(place.cluster, people, random, leaseMs),
      areTimed: false,
      judge: notApart,
    }),
  });
};

const notApart = ({ stored }: Verdict): readonly Fault[] => {
  const dates = [...stored.values()].flatMap(({ frames }) => frames.map(({ event }) => Date.parse(event.at)));
  const spread = Math.max(...dates) - Math.min(...dates);
  return spread > DAY_MS ? [] : [{ kind: "other", message: `all events are dated within ${spread} ms` }];
};
