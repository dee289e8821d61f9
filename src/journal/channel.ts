import type { LogEvent } from "../domain/event.ts";

/** Bounds of the tail a channel keeps for its readers; whoever is further behind reads from the store. */
const TAIL_EVENTS = 32;
export const TAIL_CHARS = 256 * 1024;

const NONE: readonly LogEvent[] = [];

/** Somebody who waits for news of a thread. */
export interface Listener {
  /** There may be something new: it is looked at before this returns. */
  ring(): void;
  /** The same, and whoever reads is to look around, whether or not there is anything new. */
  nudge(): void;
  /** The log ends at `seq` now: what lay behind it is gone. */
  tear(seq: number): void;
}

/**
 * What this process knows of one thread's log: how far it is committed, and its last events. Readers hold a cursor,
 * nothing else, so one that is slow or gone costs no memory.
 */
export class Channel {
  readonly listeners = new Set<Listener>();
  /** Open writers of this process; while there is one, every commit is announced here. */
  writers = 0;
  /** The highest seq known to be committed. -1: not known, ask the store. */
  #head = -1;
  /** Contiguous, ends at `#head`. */
  #tail: LogEvent[] = [];
  #tailChars = 0;
  /** Why readers can be told nothing more, once the store has been away for too long. */
  #failure: Error | undefined;

  get head(): number {
    return this.#head;
  }

  /**
   * The committed events after `cursor`, or none when there are none yet.
   * Null: they are not in memory, the store has them. Throws what `fail` was given.
   */
  after(cursor: number): readonly LogEvent[] | null {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#head < 0) return null;
    if (cursor >= this.#head) return NONE;
    const first = this.#tail[0];
    if (first === undefined || first.seq > cursor + 1) return null;
    return this.#tail.slice(cursor + 1 - first.seq);
  }

  /** What is held in memory of the events after `seq`, up to the head; null when some of them are not. */
  held(seq: number): readonly LogEvent[] | null {
    const first = this.#tail[0];
    if (seq >= this.#head) return NONE;
    return first === undefined || first.seq > seq + 1 ? null : this.#tail.slice(seq + 1 - first.seq);
  }

  /** Takes what was just committed and wakes the readers. Events follow on `head` without a gap. */
  publish(events: readonly LogEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    // Whoever had given up on the store: it is back.
    this.#failure = undefined;
    const before = this.#tail.at(-1);
    if (before !== undefined && events[0]?.seq !== before.seq + 1) this.#forget();
    for (const event of events) {
      this.#tail.push(event);
      this.#tailChars += event.json.length;
    }
    this.#head = last.seq;
    this.#trim();
    this.#wake();
  }

  /** Learns from elsewhere (the store, another replica) that the log reaches `seq`. */
  learn(seq: number): void {
    if (seq <= this.#head) return;
    this.#head = seq;
    this.#forget();
    this.#wake();
  }

  /** The store has lost what lay behind `seq`, for good: whoever has read that is told. */
  tear(seq: number): void {
    this.#head = seq;
    this.#forget();
    for (const listener of this.listeners) listener.tear(seq);
  }

  /** Has the readers look around: something has happened that no event tells of. */
  nudge(): void {
    for (const listener of this.listeners) listener.nudge();
  }

  /** Gives up on the store: readers are told, now and until it takes something again. */
  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  /** A writer begins behind `seq`. */
  open(seq: number): void {
    this.writers++;
    this.#failure = undefined;
    this.learn(seq);
  }

  #wake(): void {
    for (const listener of this.listeners) listener.ring();
  }

  #forget(): void {
    this.#tail = [];
    this.#tailChars = 0;
  }

  /** Lets the tail grow to twice its bounds before cutting it back, so that the cost of cutting is spread. */
  #trim(): void {
    if (this.#tail.length <= 2 * TAIL_EVENTS && this.#tailChars <= 2 * TAIL_CHARS) return;
    let from = this.#tail.length;
    let chars = 0;
    while (from > 0 && this.#tail.length - from < TAIL_EVENTS) {
      chars += this.#tail[from - 1]?.json.length ?? 0;
      if (chars > TAIL_CHARS) break;
      from--;
    }
    this.#tailChars = 0;
    this.#tail = this.#tail.slice(from);
    for (const event of this.#tail) this.#tailChars += event.json.length;
  }
}
