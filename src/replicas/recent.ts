import type { Topic } from "./contract.ts";

/** How long a change is remembered at least, in milliseconds: far longer than a message takes. */
const REMEMBERED_MS = 2_000;

/**
 * Topics that have changed lately. Whoever has looked just before, and whose word that it watches is still on its way, is
 * told of them when that arrives.
 */
export class RecentChanges {
  #current = new Set<Topic>();
  #before = new Set<Topic>();
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  add(topic: Topic): void {
    this.#current.add(topic);
  }

  /** Whether the topic has changed lately. It is told once. */
  take(topic: Topic): boolean {
    const isCurrent = this.#current.delete(topic);
    return this.#before.delete(topic) || isCurrent;
  }

  sweep(now: number): void {
    const elapsed = now - this.#since;
    if (elapsed >= 0 && elapsed < REMEMBERED_MS) return;
    this.#since = now;
    this.#before = this.#current;
    this.#current = new Set();
  }
}
