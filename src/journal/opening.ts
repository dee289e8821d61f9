import type { AnswerFold } from "../domain/answer.ts";

/** How a run comes to its log. */
export interface Opening {
  /** What it has said there so far; nothing unless told. */
  readonly said?: AnswerFold;
  /** The store does not have the run yet: nothing is written until `release`. */
  readonly isHeld?: boolean;
  /** See `Claimed.lastAt`; 0 unless told. */
  readonly lastAt?: number;
}
