import type { System } from "../domain/system.ts";
import type { ReplicaHints, Topic, Topics } from "./contract.ts";
import { Interest, REPEAT_MS } from "./interest.ts";
import { RecentChanges } from "./recent.ts";

/** For a process with exclusive use of the store: no other replica sends or receives changes. */
export const NOBODY: ReplicaHints = { send: () => {}, on: () => () => {}, areArriving: false };

/**
 * Tells other replicas of a topic's change, and only while one of them has said lately that it watches the topic. A
 * replica that begins to run a thread knows it as well as the one before: everyone hears what is watched.
 */
export class WatchedTopics implements Topics {
  readonly #watched = new Map<Topic, Set<() => void>>();
  readonly #interest = new Interest();
  /** Null: there is nobody to tell. */
  readonly #recent: RecentChanges | null;
  #repeatedAt: number;

  constructor(
    private readonly system: Pick<System, "now">,
    private readonly hints: ReplicaHints,
  ) {
    this.#repeatedAt = system.now();
    this.#recent = hints === NOBODY ? null : new RecentChanges(system.now());
    hints.on("watch", (topic) => this.#isWatched(topic as Topic | null));
    hints.on("changed", (topic) => this.#wake(topic as Topic | null));
    hints.on("ask", () => this.#repeat());
  }

  get areArriving(): boolean {
    return this.hints.areArriving;
  }

  watch(topic: Topic, changed: () => void): () => void {
    const known = this.#watched.get(topic);
    const all = known ?? new Set();
    // Given twice, it is called twice.
    const each = () => changed();
    all.add(each);
    if (known === undefined) {
      this.#watched.set(topic, all);
      this.hints.send("watch", topic);
    }
    return () => {
      all.delete(each);
      if (all.size === 0 && this.#watched.get(topic) === all) this.#watched.delete(topic);
    };
  }

  changed(topic: Topic): void {
    if (this.#interest.has(topic, this.system.now())) this.hints.send("changed", topic);
    else this.#recent?.add(topic);
    if (this.#watched.size > 0) this.#wake(topic);
  }

  /** Repeats what this process watches, and forgets what others no longer do. */
  tick(): void {
    const now = this.system.now();
    this.#recent?.sweep(now);
    const elapsed = now - this.#repeatedAt;
    if (elapsed >= 0 && elapsed < REPEAT_MS) return;
    this.#interest.sweep(now);
    this.#repeat();
  }

  #isWatched(topic: Topic | null): void {
    this.#interest.add(topic, this.system.now());
    if (topic !== null && this.#recent?.has(topic)) this.hints.send("changed", topic);
  }

  #repeat(): void {
    this.#repeatedAt = this.system.now();
    for (const topic of this.#watched.keys()) this.hints.send("watch", topic);
  }

  #wake(topic: Topic | null): void {
    if (topic === null) for (const all of this.#watched.values()) for (const changed of all) changed();
    else for (const changed of this.#watched.get(topic) ?? []) changed();
  }
}
