import type { System } from "../domain/system.ts";

/** A call that is under way. */
interface Call {
  /** The step at which it is late. */
  readonly end: number;
  readonly late: () => void;
}

/**
 * The deadlines of all calls under way, with one timer for all: a timer per call, and an abort signal to cancel it by,
 * took a tenth of an append's profile. Time advances in steps, so a call may end one step late.
 */
export class Deadlines {
  readonly #calls = new Set<Call>();
  #step = 0;
  #isCounting = false;

  constructor(
    private readonly system: Pick<System, "sleep">,
    private readonly stepMs: number,
  ) {}

  /**
   * Returns the result of `work`. After `ms` milliseconds it stops waiting and throws the error that `late` returns.
   */
  meet<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      // The current step may be almost over.
      const call: Call = {
        end: this.#step + Math.ceil(ms / this.stepMs) + 1,
        late: () => {
          try {
            reject(late());
          } catch (thrown) {
            // The error ends this call alone: counting continues.
            reject(thrown);
          }
        },
      };
      this.#calls.add(call);
      work.then(
        (value) => {
          this.#calls.delete(call);
          resolve(value);
        },
        (thrown: unknown) => {
          this.#calls.delete(call);
          reject(thrown);
        },
      );
      if (!this.#isCounting) void this.#count();
    });
  }

  async #count(): Promise<void> {
    this.#isCounting = true;
    while (this.#calls.size > 0) {
      await this.system.sleep(this.stepMs);
      this.#step++;
      for (const call of this.#calls) {
        if (call.end > this.#step) continue;
        this.#calls.delete(call);
        call.late();
      }
    }
    this.#isCounting = false;
  }
}
