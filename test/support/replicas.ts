import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Claimed, NewRun, Orphans } from "../../src/store/log/contract.ts";

/** Long enough that no test sees it end. */
const LONG_MS = 600_000;
/** How long a judge must have seen the store before it has a say; a pause of half of it, on a busy machine, starts that anew. */
export const JUDGE_MS = 400;

export const take = (store: Store, owner: string, orphans: Orphans, limit = 10_000): Promise<readonly Claimed[]> =>
  store.runs.takeover({ orphans, owner, limit, messageId: realSystem.id, now: realSystem.now() });

/** Takes one of its owner's runs from that owner itself, as after a beginning that it was not told of. */
export const takeBack = async (store: Store, { owner, runId }: Pick<NewRun, "owner" | "runId">) =>
  (await take(store, owner, [runId]))[0] ?? null;

/** A replica that renews its lease, for as long as that lasts. */
export const register = (store: Store, id: string, ttlMs = LONG_MS): Promise<void> =>
  store.replicas.renew({ id, name: "test" }, { ttlMs, isUnbroken: true });

/**
 * Takes what is orphaned, as a replica of that id that has just started, until all of `runIds` are among it. Gives all that was
 * taken, in the order of the calls. On a busy machine its renewals may break off: then it waits for another lease.
 */
export const takeLapsed = async (
  store: Store,
  owner: string,
  runIds: readonly string[],
  limit?: number,
): Promise<readonly Claimed[]> => {
  const taken: Claimed[] = [];
  while (!runIds.every((runId) => taken.some(({ fence }) => fence.runId === runId))) {
    await register(store, owner, JUDGE_MS);
    taken.push(...(await take(store, owner, "lapsed", limit)));
  }
  return taken;
};
