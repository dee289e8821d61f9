import type { System } from "../domain/system.ts";
import type { ReplicaHints } from "../replicas/contract.ts";
import type { Store } from "../store/contract.ts";
import type { LiveRun } from "./live-run.ts";
import type { RunLogger } from "./logger.ts";
import type { Registry } from "./registry.ts";

export interface HandOverParts {
  readonly store: Pick<Store, "runs">;
  readonly registry: Registry;
  readonly system: System;
  readonly hints: Pick<ReplicaHints, "send">;
  /** This replica's id. */
  readonly owner: string;
  readonly logger: Pick<RunLogger, "handedOver" | "maintenanceFailed">;
}

/**
 * Stops all runs of this process where they are, stores what they have, and gives them up: another replica goes on with
 * them at once, or the next start does. Waits at most `graceMs` for the runs to stop. Never throws: runs that cannot be
 * given up, because the store is away, are taken over once the lease is over. Returns how many runs it was.
 */
export const handOver = async (parts: HandOverParts, graceMs: number): Promise<number> => {
  const { store, registry, system, hints, owner, logger } = parts;
  const runs: readonly LiveRun[] = registry.all();
  for (const run of runs) run.abort("released");
  await Promise.race([Promise.all(runs.map(({ ended }) => ended)), system.sleep(graceMs)]);
  const giveUp = async (stopped: readonly LiveRun[]): Promise<void> => {
    try {
      // Also those that have ended meanwhile: they are not unfinished any more, so nothing happens to them.
      await store.runs.release(owner, stopped, "handover");
      hints.send("orphans", null);
      logger.handedOver(stopped.length);
    } catch (error) {
      logger.maintenanceFailed(error);
    }
  };
  await giveUp(runs.filter(({ isPersisted }) => isPersisted));
  for (const run of runs) {
    // Its row may come later still, and nobody here goes on with it then.
    if (!run.isPersisted) void run.persisted.then((isPersisted) => (isPersisted ? giveUp([run]) : undefined));
    registry.release(run);
  }
  return runs.length;
};
