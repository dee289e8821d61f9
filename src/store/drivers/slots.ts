/** Lets so many calls be under way at a time; the others wait, in order of arrival. */
export class Slots {
  readonly #waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Skips a call that is no longer awaited when its turn comes, and never settles then. */
  async enter<T>(work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!isWanted()) {
      this.#leave();
      return new Promise(() => {});
    }
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Lets all calls pass from now on: those that hold a slot may never leave it. */
  open(): void {
    this.free = Number.POSITIVE_INFINITY;
    for (const next of this.#waiting.splice(0)) next();
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
