/** Bytes of large bodies that are received in one turn of the event loop: 2 or 3 ms of copies and fresh pages. */
const TURN_BYTES = 1024 * 1024;

/**
 * Has large bodies take turns. A body that waits here is not read, and Bun stops receiving for it after a mebibyte.
 * Otherwise one turn of the event loop receives 5 MiB from each socket: 38 MB from eight, which took 70 to 120 ms.
 */
export class BodyTurns {
  #left = TURN_BYTES;
  #isRefilling = false;
  readonly #waiting: (() => void)[] = [];

  /** Counts bytes that have been received. Returns a promise of the next turn when this one's are used up. */
  take(bytes: number): Promise<void> | undefined {
    this.#left -= bytes;
    this.#refill();
    if (this.#left > 0 && this.#waiting.length === 0) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #refill(): void {
    if (this.#isRefilling) return;
    this.#isRefilling = true;
    setImmediate(() => {
      this.#isRefilling = false;
      this.#left = TURN_BYTES;
      // One body a turn: what it reads next has been received already, a mebibyte of it.
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#refill();
    });
  }
}
