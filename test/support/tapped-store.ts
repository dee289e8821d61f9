import type { Store } from "../../src/store/contract.ts";
import type { EventStore, RunStore } from "../../src/store/log/contract.ts";

type Tap<F extends (...args: never[]) => unknown> = (next: F, ...args: Parameters<F>) => ReturnType<F>;

/**
 * Hooks before calls of the store: each may call `next`, wait, throw, or do so afterwards. Set and removed at any time.
 */
export interface Taps {
  append?: Tap<EventStore["append"]> | undefined;
  read?: Tap<EventStore["read"]> | undefined;
  begin?: Tap<RunStore["begin"]> | undefined;
  claim?: Tap<RunStore["claim"]> | undefined;
  finish?: Tap<RunStore["finish"]> | undefined;
}

/** A store whose calls pass through the test's hooks. */
export const tappedStore = (store: Store): { readonly store: Store; readonly taps: Taps } => {
  const taps: Taps = {};
  const { runs, events } = store;
  return {
    taps,
    store: {
      ...store,
      runs: {
        ...runs,
        begin: (run) => (taps.begin === undefined ? runs.begin(run) : taps.begin(runs.begin, run)),
        claim: (run) => (taps.claim === undefined ? runs.claim(run) : taps.claim(runs.claim, run)),
        finish: (fence, end) =>
          taps.finish === undefined ? runs.finish(fence, end) : taps.finish(runs.finish, fence, end),
      },
      events: {
        ...events,
        append: (batch) => (taps.append === undefined ? events.append(batch) : taps.append(events.append, batch)),
        read: (key, after, limit) =>
          taps.read === undefined ? events.read(key, after, limit) : taps.read(events.read, key, after, limit),
      },
    },
  };
};
