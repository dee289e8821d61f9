import type { Fault } from "../checker.ts";
import { crowd } from "../crowd.ts";
import { type OpenScenario, outcomeOf } from "../scenario.ts";
import { stage } from "../stage.ts";

/** Shorter than the answers, so that each replica has runs to hand over. */
const DRAIN_MS = 1_000;

/** Three replicas are replaced one after another, each told to end by SIGTERM, in the middle of the answers. */
export const deploy: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({
    size: 3,
    env: { LEASE_TTL: `${leaseMs}ms`, DRAIN_TIMEOUT: `${DRAIN_MS}ms`, RECONNECT_SPREAD: "1s" },
  });
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
      const moments: number[] = [];
      const faults: Fault[] = [];
      await people.received(random.fraction() * 0.2);
      for (let replica = 0; replica < cluster.size; replica++) {
        moments.push(Date.now());
        const code = await cluster.end(replica, "SIGTERM");
        if (code !== 0) faults.push({ kind: "other", message: `a replica that was told to end exited with ${code}` });
        await cluster.start(replica);
      }
      const verdict = await people.verdict();
      const taken = verdict.attempts.filter(({ reason }) => reason === "takeover").length;
      if (taken > 0) faults.push({ kind: "other", message: `${taken} runs were not handed over, but left behind` });
      return outcomeOf(moments, verdict, faults);
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
};
