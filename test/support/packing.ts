import type { Store } from "../../src/store/contract.ts";
import type { PackingPlace } from "../../src/store/log/contract-packing.ts";

/** Packs until nothing is left. Returns how many events were packed. Another caller may pack at the same time. */
export const packAll = async (store: Store): Promise<number> => {
  let events = 0;
  let at: PackingPlace | null = null;
  for (;;) {
    const done = await store.packing.pack(at);
    if (done === null) continue;
    events += done.events;
    at = done.next;
    if (done.runs === 0 && at === null) return events;
  }
};

/** A store that packs each run before anybody reads what it has ended with. */
export const packedStore = (store: Store): Store => ({
  ...store,
  runs: {
    ...store.runs,
    finish: async (fence, end) => {
      const outcome = await store.runs.finish(fence, end);
      await packAll(store);
      return outcome;
    },
  },
  threads: {
    ...store.threads,
    fork: async (fork) => {
      const made = await store.threads.fork(fork);
      await packAll(store);
      return made;
    },
  },
});
