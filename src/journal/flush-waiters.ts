/** Those who wait until everything that a run has emitted is stored. */
export class FlushWaiters {
  #waiting: (() => void)[] = [];
  #inFlight: (() => void)[] = [];

  /** Resolves once what waits for a commit now is stored. `isTaken`: all of it is on its way already. */
  wait(isTaken: boolean): Promise<void> {
    return new Promise((resolve) => (isTaken ? this.#inFlight : this.#waiting).push(resolve));
  }

  /** Everything that waited is on its way to the store. */
  taken(): void {
    if (this.#waiting.length === 0) return;
    this.#inFlight.push(...this.#waiting);
    this.#waiting = [];
  }

  /** What was taken is stored. */
  settled(): void {
    if (this.#inFlight.length === 0) return;
    const settled = this.#inFlight;
    this.#inFlight = [];
    for (const resolve of settled) resolve();
  }

  /** Nothing more will be stored. */
  end(): void {
    this.taken();
    this.settled();
  }
}
