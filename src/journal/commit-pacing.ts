/** The longest pause between two commits, in milliseconds. It delays an event by half of that on average. */
const MAX_PAUSE_MS = 8;
/** The rate is an average over about this many milliseconds: less than a person notices, more than a burst lasts. */
const MEMORY_MS = 100;

/** Milliseconds of pause for each event per millisecond. */
const PAUSE_FOR_RATE = 8;

/**
 * Decides how long events may gather before the next commit. A commit costs the same for one event as for a hundred, so
 * the pause grows with the rate: one or two streams are committed as fast as the store can, ten streams of 20 tokens a
 * second with a pause of 1 ms, and 50 or more with the longest pause.
 */
export class CommitPacing {
  /** Events per millisecond. */
  #rate = 0;
  #last = 0;

  /**
   * Records a commit, begun at `now`, of `events` events; the number of runs is a good estimate. Returns the pause
   * after it in whole milliseconds.
   */
  after(events: number, now: number): number {
    const elapsed = Math.max(1, now - this.#last);
    this.#last = now;
    const weight = Math.min(1, elapsed / MEMORY_MS);
    this.#rate += weight * (events / elapsed - this.#rate);
    return Math.min(MAX_PAUSE_MS, Math.floor(this.#rate * PAUSE_FOR_RATE));
  }
}
