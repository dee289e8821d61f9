/** How many are taken in at each turn of the event loop: some milliseconds' work. */
export const EACH_TURN = 32;

/**
 * Takes questions in by turns of the event loop, in the order of their arrival. Of a thousand that come at once the first are
 * asked and answered while the last still wait; taken in all together, each would wait for all others.
 */
export class Arrivals {
  /** Taken in since the turn began. While there are any, the next turn is on its way. */
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** Undefined: there is room at once. Else resolves when there is. */
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
