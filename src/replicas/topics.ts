import type { System } from "../domain/system.ts";
import type { ReplicaHints, Topic, Topics } from "./contract.ts";
import { Interest, LASTS_TICKS } from "./interest.ts";
import { RecentChanges } from "./recent.ts";

/** For a process with exclusive use of the store: no other replica sends or receives changes. */
export const NOBODY: ReplicaHints = { send: () => {}, on: () => () => {}, areArriving: false };

/** In how many ticks this process repeats all that it watches: two repetitions may be lost. */
const REPEAT_TICKS = LASTS_TICKS / 3;
/** How many topics it repeats at once when it is asked: what one message of hints holds by name (`PendingHints`). */
const AT_ONCE = 3_000;

/**
 * Tells other replicas of a topic's change, and only while one of them has said lately that it watches the topic. A
 * replica that begins to run a thread knows it as well as the one before: everyone hears what is watched.
 */
export class WatchedTopics implements Topics {
  readonly #watched = new Map<Topic, Set<() => void>>();
  readonly #interest = new Interest();
  /** Null: there is nobody to tell. */
  readonly #recent: RecentChanges | null;
  /** What is to be repeated next, from time to time all of it. */
  #round: Iterator<Topic>;
  /** How many topics are still to be repeated because another replica has asked. */
  #unrepeated = 0;

  constructor(
    private readonly system: Pick<System, "now">,
    private readonly hints: ReplicaHints,
  ) {
    this.#round = this.#watched.keys();
    this.#recent = hints === NOBODY ? null : new RecentChanges(system.now());
    hints.on("watch", (topic) => this.#isWatched(topic as Topic | null));
    hints.on("changed", (topic) => this.#wake(topic as Topic | null));
    hints.on("ask", () => {
      this.#unrepeated = this.#watched.size;
      this.#repeat(0);
    });
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
    this.#recent?.add(topic);
    if (this.#interest.has(topic, this.system.now())) this.hints.send("changed", topic);
    if (this.#watched.size > 0) this.#wake(topic);
  }

  /** Once a second: repeats a part of what this process watches, and forgets what others no longer do. */
  tick(): void {
    const now = this.system.now();
    this.#recent?.sweep(now);
    this.#interest.sweep(now);
    this.#repeat(Math.ceil(this.#watched.size / REPEAT_TICKS));
  }

  #isWatched(topic: Topic | null): void {
    this.#interest.add(topic, this.system.now());
    if (topic !== null && this.#recent?.take(topic)) this.hints.send("changed", topic);
  }

  /** Repeats `count` topics, or more when all are asked for. */
  #repeat(count: number): void {
    const more = Math.min(AT_ONCE, this.#unrepeated);
    this.#unrepeated -= more;
    for (let left = Math.min(Math.max(count, more), this.#watched.size); left > 0; left--) {
      let next = this.#round.next();
      if (next.done) {
        this.#round = this.#watched.keys();
        next = this.#round.next();
      }
      if (!next.done) this.hints.send("watch", next.value);
    }
  }

  #wake(topic: Topic | null): void {
    if (topic === null) for (const all of this.#watched.values()) for (const changed of all) changed();
    else for (const changed of this.#watched.get(topic) ?? []) changed();
  }
}
