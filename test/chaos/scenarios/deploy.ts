import type { Fault } from "../checker.ts";
import type { Verdict } from "../crowd.ts";
import { type OpenScenario, patientLease } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** Shorter than the answers, so that each replica has runs to hand over. */
const DRAIN_MS = 1_000;

const fault = (message: string): Fault => ({ kind: "other", message });

const leftBehind = ({ attempts }: Verdict): readonly Fault[] => {
  const taken = attempts.filter(({ reason }) => reason === "takeover").length;
  return taken > 0 ? [fault(`${taken} runs were not handed over, but left behind`)] : [];
};

/** Three replicas are replaced one after another, each told to end by SIGTERM, in the middle of the answers. */
export const deploy: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({
    size: 3,
    env: { LEASE_TTL: patientLease(leaseMs), DRAIN_TIMEOUT: `${DRAIN_MS}ms`, RECONNECT_SPREAD: "1s" },
  });
  const { cluster } = place;
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.2, queued: 0.2 }),
    strike: async (people, random) => {
      const moments: number[] = [];
      const faults: Fault[] = [];
      await people.received(random.fraction() * 0.2);
      for (let replica = 0; replica < cluster.size; replica++) {
        moments.push(Date.now());
        const code = await cluster.end(replica, "SIGTERM");
        if (code !== 0) faults.push(fault(`a replica that was told to end exited with ${code}`));
        await cluster.start(replica);
      }
      return { moments, faults, judge: leftBehind };
    },
  });
};
