import { hasEnded } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import type { Topics } from "../replicas/contract.ts";
import type { Store } from "../store/contract.ts";
import type { Claimed, NewRun } from "../store/log/contract.ts";
import { StoreError } from "../store/store-error.ts";
import { CANCELLED, type LiveRun } from "./live-run.ts";
import { ThreadChanges } from "./thread-changes.ts";

/** What it takes to claim a run. */
export type ClaimRequest = Pick<NewRun, "runId" | "threadKey" | "messageId" | "owner">;

interface QueueParts {
  readonly store: Store;
  readonly system: System;
  readonly topics: Topics;
  /** This replica's id. */
  readonly owner: string;
}

/**
 * Waits for a queued run's turn and claims it. Null: the run was ended elsewhere, or its thread is gone. Retries while
 * the store is unavailable.
 */
export const awaitTurn = async (live: LiveRun, claim: ClaimRequest, parts: QueueParts): Promise<Claimed | null> => {
  const changes = new ThreadChanges(live.threadKey, parts);
  try {
    while (!live.hasEnded) {
      // Read before the attempt: an abort that came before it has been handled by it and needs no second attempt.
      const isStopped = live.signal.aborted;
      // It stays queued, for another replica.
      if (live.signal.reason === "released") return null;
      const claimed = await tryClaim(live, claim, parts);
      if (claimed !== "not yet") return claimed;
      await changes.next(...(isStopped ? [] : [live.stopped]));
    }
    return null;
  } finally {
    changes.end();
  }
};

const tryClaim = async (
  live: LiveRun,
  claim: ClaimRequest,
  { store, system, owner }: QueueParts,
): Promise<Claimed | null | "not yet"> => {
  try {
    const claimed = await store.runs.claim({ ...claim, now: system.now() });
    if (claimed !== null) {
      // Another replica may have been asked to cancel the run, and maintenance has not run since.
      if (claimed.cancelRequested) live.abort(CANCELLED);
      return claimed;
    }
    const run = await store.runs.get(live.userId, live.runId);
    if (run === null || hasEnded(run.status)) return null;
    if (run.status === "queued") return "not yet";
    // An earlier claim succeeded but its reply was lost: the run is ours, unless another replica has taken it over
    // since.
    const orphans = [live.runId];
    const [taken] = await store.runs.takeover({ orphans, owner, limit: 1, messageId: system.id, now: system.now() });
    return taken ?? "not yet";
  } catch (error) {
    if (error instanceof StoreError && error.code === "unavailable") return "not yet";
    throw error;
  }
};
