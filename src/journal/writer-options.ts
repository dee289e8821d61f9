import type { AnswerFold } from "../domain/answer.ts";

/** How a RunWriter begins. */
export interface WriterOptions {
  /** What the run has already written to the log. Defaults to nothing. */
  readonly fold?: AnswerFold;
  /** The store does not have the run yet: nothing is written until `release`. Defaults to false. */
  readonly isHeld?: boolean;
  /** The number of the run's last round in the store. Defaults to 0. */
  readonly lastRound?: number;
  /** See `Claimed.lastAt`. Defaults to 0. */
  readonly lastAt?: number;
}
