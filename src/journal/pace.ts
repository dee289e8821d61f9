/** The longest pause between two commits, in milliseconds: what is read is then late by half of it on average. */
const MAX_PAUSE_MS = 8;
/** The rate is an average over about this long, in milliseconds: shorter than a person notices, longer than a burst. */
const MEMORY_MS = 100;

/** Milliseconds of pause for each event a millisecond. */
const PAUSE_FOR_RATE = 8;

/**
 * How long to let events gather before the next commit. A commit costs the same whether it carries one event or a hundred,
 * so the pause grows with the rate: a stream or two are committed as fast as the store can, ten streams of 20 tokens a second
 * with a pause of 1 ms, 50 and more with all of it.
 */
export class Pace {
  /** Events a millisecond. */
  #rate = 0;
  #last = 0;

  /** Notes a commit of `events` events (or as good: of so many runs), begun at `now`. Returns the pause after it in whole milliseconds. */
  after(events: number, now: number): number {
    const elapsed = Math.max(1, now - this.#last);
    this.#last = now;
    const weight = Math.min(1, elapsed / MEMORY_MS);
    this.#rate += weight * (events / elapsed - this.#rate);
    return Math.min(MAX_PAUSE_MS, Math.floor(this.#rate * PAUSE_FOR_RATE));
  }
}
