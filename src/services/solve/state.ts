import type { Locale } from "../../domain/run.ts";

/** What the nodes of `solve` know of a turn. Of its own size only: the conversation before it is never copied in here. */
export interface SolveState {
  readonly message: string;
  readonly language: Locale;
  /** Whether the turn is about maths: then the tools are offered and the answer is checked. */
  readonly maths: boolean;
  /** The equations of the question, in plain notation. */
  readonly equations: readonly string[];
  /** The answer as it was streamed. */
  readonly answer: string;
  /** Whether the answer holds when it is put into the equations. Null: there is nothing to put in, or no telling. */
  readonly verified: boolean | null;
}
