import type { Producer } from "./contract.ts";

const producers = new WeakSet<Producer>();

/** Returns the producer, whose events need no check when an agent yields it: the engine itself makes them. */
export const trust = (producer: Producer): Producer => {
  producers.add(producer);
  return producer;
};

export const isTrusted = (producer: Producer): boolean => producers.has(producer);
