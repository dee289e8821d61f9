/** Shared: most runs that are under way have nobody who waits. */
const NOBODY: readonly (() => void)[] = [];

/** Those who wait until everything that a run has emitted is stored. */
export class FlushWaiters {
  #waiting = NOBODY;
  #inFlight = NOBODY;

  /** Resolves once what waits for a commit now is stored. `isTaken`: all of it is on its way already. */
  wait(isTaken: boolean): Promise<void> {
    return new Promise((resolve) => {
      if (isTaken) this.#inFlight = [...this.#inFlight, resolve];
      else this.#waiting = [...this.#waiting, resolve];
    });
  }

  /** Everything that waited is on its way to the store. */
  taken(): void {
    if (this.#waiting.length === 0) return;
    this.#inFlight = [...this.#inFlight, ...this.#waiting];
    this.#waiting = NOBODY;
  }

  /** What was taken is stored. */
  settled(): void {
    if (this.#inFlight.length === 0) return;
    const settled = this.#inFlight;
    this.#inFlight = NOBODY;
    for (const resolve of settled) resolve();
  }

  /** Nothing more will be stored. */
  end(): void {
    this.taken();
    this.settled();
  }
}
