import type { System } from "./system.ts";

/** Something that must be over in time. */
export interface Deadline {
  /** The step at which it is late. */
  readonly end: number;
  readonly late: () => void;
}

/**
 * The deadlines of everything of a kind that is under way, with one timer for all. A timer for each, and an abort signal
 * to cancel it by, took a tenth of an append's profile, and 1.6 KiB of a run that waits for its model. Time advances in
 * steps, so that a deadline may be noticed one step late.
 */
export class Deadlines {
  readonly #waiting = new Set<Deadline>();
  #step = 0;
  #isCounting = false;

  constructor(
    private readonly system: Pick<System, "sleep">,
    private readonly stepMs: number,
  ) {}

  /** Calls `late` in `ms` milliseconds, unless `remove` is called before. `late` must not throw. */
  add(ms: number, late: () => void): Deadline {
    // The current step may be almost over.
    const deadline = { end: this.#step + Math.ceil(ms / this.stepMs) + 1, late };
    this.#waiting.add(deadline);
    if (!this.#isCounting) void this.#count();
    return deadline;
  }

  remove(deadline: Deadline): void {
    this.#waiting.delete(deadline);
  }

  /**
   * Returns the result of `work`. After `ms` milliseconds it stops waiting and throws the error that `late` returns.
   */
  meet<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline = this.add(ms, () => {
        try {
          reject(late());
        } catch (thrown) {
          // The error ends this work alone: counting continues.
          reject(thrown);
        }
      });
      work.then(
        (value) => {
          this.remove(deadline);
          resolve(value);
        },
        (thrown: unknown) => {
          this.remove(deadline);
          reject(thrown);
        },
      );
    });
  }

  async #count(): Promise<void> {
    this.#isCounting = true;
    while (this.#waiting.size > 0) {
      await this.system.sleep(this.stepMs);
      this.#step++;
      for (const deadline of this.#waiting) {
        if (deadline.end > this.#step) continue;
        this.#waiting.delete(deadline);
        deadline.late();
      }
    }
    this.#isCounting = false;
  }
}
