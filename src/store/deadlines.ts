import type { System } from "../domain/system.ts";

/** A call that is under way. */
interface Call {
  /** The step that finds it late. */
  readonly end: number;
  readonly late: () => void;
}

/**
 * The deadlines of all calls that are under way, with one timer for them: one for each, and an abort signal to drop it by,
 * was a tenth of an append's profile. Time goes in steps, so an end may come late by one of them.
 */
export class Deadlines {
  readonly #calls = new Set<Call>();
  #step = 0;
  #isCounting = false;

  constructor(
    private readonly system: Pick<System, "sleep">,
    private readonly stepMs: number,
  ) {}

  /** What `work` comes to. Once `ms` milliseconds have passed it is waited for no longer: throws what `late` gives. */
  meet<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      // The step that is under way may be almost over.
      const call: Call = {
        end: this.#step + Math.ceil(ms / this.stepMs) + 1,
        late: () => {
          try {
            reject(late());
          } catch (thrown) {
            // Of this call alone: the counting goes on.
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
