import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import type { NewRun } from "../../src/store/log/contract.ts";
import type { Orphans, TakenOver } from "../../src/store/log/contract-takeover.ts";
import { StoreError } from "../../src/store/store-error.ts";

/** Long enough that it does not expire in any test. */
const LONG_MS = 600_000;
/**
 * How long a replica must have seen the store before it may judge leases. A pause of half of it, on a busy machine,
 * restarts the wait.
 */
export const JUDGE_MS = 400;

export const take = (store: Store, owner: string, orphans: Orphans, limit = 10_000): Promise<readonly TakenOver[]> =>
  store.runs.takeover({ orphans, owner, limit, messageId: realSystem.id, now: realSystem.now() });

/** Takes a run of its owner back from that owner, as when the owner does not know that its insert succeeded. */
export const takeBack = async (store: Store, { owner, runId }: Pick<NewRun, "owner" | "runId">) =>
  (await take(store, owner, [runId]))[0] ?? null;

/** Registers a replica whose lease lasts `ttlMs`. */
export const register = (store: Store, id: string, ttlMs = LONG_MS): Promise<void> =>
  store.replicas.renew({ id, name: "test" }, { ttlMs, isUnbroken: true });

/**
 * Renews a lease of `ttlMs`, which may be short, until that is answered: a renewal must be within a quarter of its lease,
 * and a busy machine may take longer.
 */
export const renewed = async (store: Store, id: string, ttlMs = JUDGE_MS, isUnbroken = true): Promise<void> => {
  for (;;) {
    try {
      return await store.replicas.renew({ id, name: "test" }, { ttlMs, isUnbroken });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "unavailable") throw error;
    }
  }
};

/**
 * Takes over orphans, as a replica of that id that has just started, until it has all of `runIds`. Returns everything
 * taken, in the order of the calls. On a busy machine its renewals may be interrupted: then it waits for another lease.
 */
export const takeLapsed = async (
  store: Store,
  owner: string,
  runIds: readonly string[],
  limit?: number,
): Promise<readonly TakenOver[]> => {
  const taken: TakenOver[] = [];
  while (!runIds.every((runId) => taken.some(({ fence }) => fence.runId === runId))) {
    await renewed(store, owner);
    taken.push(...(await take(store, owner, "lapsed", limit)));
  }
  return taken;
};
