import type { Cluster } from "./cluster.ts";
import type { Crowd } from "./crowd.ts";
import type { Random } from "./random.ts";

/**
 * Suspends a replica until its lease is over and its runs are taken, and resumes it; then kills one and starts it again.
 * Or the other way round. Returns when that was.
 */
export const killOrSuspend = async (
  cluster: Cluster,
  people: Crowd,
  random: Random,
  leaseMs: number,
): Promise<readonly number[]> => {
  const moments: number[] = [];
  const kinds = random.pick([["kill", "suspend"] as const, ["suspend", "kill"] as const]);
  for (const [at, kind] of kinds.entries()) {
    await people.received((at + random.fraction()) * 0.3);
    const victim = cluster.choose(random);
    moments.push(Date.now());
    if (kind === "kill") {
      await cluster.end(victim, "SIGKILL");
      await cluster.start(victim);
    } else {
      cluster.signal(victim, "SIGSTOP");
      await Bun.sleep(leaseMs * (1.2 + random.fraction()));
      cluster.signal(victim, "SIGCONT");
    }
  }
  return moments;
};
