import { RunError } from "../domain/error.ts";
import type { Ending } from "./ending.ts";

/**
 * What a run ends with, as far as that is settled. Whoever tells a client that a run has failed has it decided here first: what
 * a client was told is what the log says.
 */
export class Verdict {
  /** What the run comes to by itself, once it is closed. */
  #ending: Ending | undefined;
  #decided: RunError | undefined;
  #state: "open" | "uncertain" | "over" = "open";

  /**
   * Has the run end with `why`, whatever else it comes to. Returns what it will end with: `why`, or the failure that it ends
   * with anyway. Null: it has ended, or may have, and not with a failure.
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

  /** What was decided, if anything. */
  get decided(): RunError | undefined {
    return this.#decided;
  }

  /** The store was asked to end the run, and has not said whether it has. */
  get mayHaveEnded(): boolean {
    return this.#state === "uncertain";
  }

  /** The run comes to its end by itself. */
  close(ending: Ending): void {
    this.#ending = ending;
  }

  /** The store was asked to end the run. `uncertain`: it has not said yet whether it has. `open`: it has certainly not. */
  ended(state: "open" | "uncertain" | "over"): void {
    this.#state = state;
  }
}
