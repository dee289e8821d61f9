import type { Locale } from "../../domain/run.ts";

/**
 * Substitutes values into equations. True when every equation holds, false when one does not, null when that cannot be
 * decided. Never throws; the cost grows with the length of the texts.
 */
export type VerifySolution = (equations: readonly string[], values: Readonly<Record<string, string>>) => boolean | null;

/**
 * The state of `solve` during a turn. It never holds a copy of earlier turns, so its size does not grow with the
 * thread.
 */
export interface SolveState {
  readonly message: string;
  readonly language: Locale;
  /** Whether the question has equations, into which the answer is put. */
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
