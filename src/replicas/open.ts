import type { HintTravel, ReplicaHints, Topics } from "./contract.ts";
import { Hints, type HintsParts } from "./hints.ts";
import { NOBODY, WatchedTopics } from "./topics.ts";

interface OpenHints {
  readonly hints: ReplicaHints;
  readonly topics: Topics;
  /** Null until it is known, and always for a process that has the store to itself. */
  travel(): HintTravel | null;
  /** Listens if it does not yet, and repeats what is watched. Never throws. */
  tick(): Promise<void>;
  close(): void;
}

/** Hints begin with the first tick. A process that has the store to itself (`isAlone`) neither sends nor hears any. */
export const openHints = (parts: HintsParts & { readonly isAlone: boolean }): OpenHints => {
  if (parts.isAlone) {
    const topics = new WatchedTopics(parts.system, NOBODY);
    return { hints: NOBODY, topics, travel: () => null, tick: async () => {}, close: () => {} };
  }
  const hints = new Hints(parts);
  const topics = new WatchedTopics(parts.system, hints);
  const tick = async () => {
    await hints.tick();
    topics.tick();
  };
  return { hints, topics, travel: () => hints.travel, tick, close: () => hints.close() };
};
