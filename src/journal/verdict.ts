import { RunError } from "../domain/error.ts";
import type { Ending } from "./ending.ts";

/**
 * What a run ends with, as far as that is decided. A failure is decided here before any client receives it, so what a
 * client received is what the log says.
 */
export class Verdict {
  /** The run's own ending, once it is closed. */
  #ending: Ending | undefined;
  #decided: RunError | undefined;
  #state: "open" | "uncertain" | "over" = "open";

  /**
   * Decides that the run ends with `why`, whatever it would have ended with. Returns the error that it will end with:
   * `why`, or the failure that it already ends with. Null when it has ended, or may have ended, without a failure.
   */
  decide(why: RunError): RunError | null {
    if (this.#state === "over") return null;
    if (this.#decided !== undefined) return this.#decided;
    const error = this.#ending?.error ?? null;
    if (error !== null) return new RunError(error.code, error.message);
    if (this.#state === "uncertain") return null;
    this.#decided = why;
    return why;
  }

  /** The decided error, if any. */
  get decided(): RunError | undefined {
    return this.#decided;
  }

  /** An end was sent to the store, which has not acknowledged it. */
  get mayHaveEnded(): boolean {
    return this.#state === "uncertain";
  }

  /** Records the run's own ending. */
  close(ending: Ending): void {
    this.#ending = ending;
  }

  /**
   * Records whether the store has ended the run. `uncertain`: an end was sent and not acknowledged. `open`: it
   * certainly has not. `over`: nothing can be decided any more.
   */
  ended(state: "open" | "uncertain" | "over"): void {
    this.#state = state;
  }
}
