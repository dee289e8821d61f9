/**
 * How many requests are admitted in each turn of the event loop: some two milliseconds of work. Every commit waits for
 * a turn before its answer is read, and first texts wait for the commit.
 */
export const EACH_TURN = 8;

/**
 * Admits requests in batches, one batch per turn of the event loop, in the order of their arrival. When a thousand
 * arrive at once, the first start and are answered while the last still wait; admitted all together, each would wait
 * for all others.
 */
export class Arrivals {
  /** How many were admitted since this turn of the event loop began. When above zero, the next turn is scheduled. */
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** Returns undefined when there is room at once; else a promise that resolves when there is. */
  enter(): Promise<void> | undefined {
    if (this.#taken === 0) setImmediate(this.#turn);
    if (this.#taken === EACH_TURN) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#taken++;
    return undefined;
  }

  readonly #turn = (): void => {
    const next = this.#waiting.splice(0, EACH_TURN);
    this.#taken = next.length;
    if (next.length > 0) setImmediate(this.#turn);
    for (const enter of next) enter();
  };
}
