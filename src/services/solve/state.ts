import type { Locale } from "../../domain/run.ts";

/**
 * The state of `solve` during a turn. It never holds a copy of earlier turns, so its size does not grow with the
 * thread.
 */
export interface SolveState {
  readonly message: string;
  readonly language: Locale;
  /** The turn is about maths: tools are offered, and the answer is checked. */
  readonly maths: boolean;
  /** The equations of the question, in plain notation. */
  readonly equations: readonly string[];
  /** The text that was streamed. */
  readonly answer: string;
  /**
   * Whether the answer satisfies the equations. Null when there is nothing to substitute, or when that cannot be
   * decided.
   */
  readonly verified: boolean | null;
}
