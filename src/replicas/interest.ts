import type { Topic } from "./contract.ts";

/** How long a topic counts as watched after a replica has said so, in seconds: a tick of `WatchedTopics` each. */
export const LASTS_TICKS = 30;
/** The same by this process's clock. */
const LASTS_MS = LASTS_TICKS * 1_000;
/** Time between two looks for what is over. */
const SWEEP_MS = 5_000;
/** The most topics, some 100 bytes each. Beyond that every topic counts as watched. */
const MAX_TOPICS = 200_000;

/** The topics that other replicas watch. */
export class Interest {
  /** When each ends. */
  readonly #topics = new Map<Topic, number>();
  /** Until when every topic counts as watched. */
  #allUntil = Number.NEGATIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;

  /** Null: every topic. */
  add(topic: Topic | null, now: number): void {
    if (topic === null || (this.#topics.size >= MAX_TOPICS && !this.#topics.has(topic)))
      this.#allUntil = now + LASTS_MS;
    else this.#topics.set(topic, now + LASTS_MS);
  }

  has(topic: Topic, now: number): boolean {
    return now < this.#allUntil || (this.#topics.get(topic) ?? Number.NEGATIVE_INFINITY) > now;
  }

  /** Forgets what is over. A clock that was set back must not keep a topic for ever. */
  sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [topic, until] of this.#topics) if (until <= now || until > now + LASTS_MS) this.#topics.delete(topic);
    if (this.#allUntil > now + LASTS_MS) this.#allUntil = now;
  }
}
