import type { RunErrorCode } from "../../domain/error.ts";
import type { LogEvent } from "../../domain/event.ts";
import type { Usage } from "../../domain/run.ts";
import type { NewCheckpoint } from "./contract-checkpoints.ts";

/** All that a run's end writes, in one transaction. */
export interface RunEnd {
  readonly status: "succeeded" | "failed" | "cancelled";
  /** The last events, the terminal one at the end; numbered on from what the run has appended. */
  readonly events: readonly LogEvent[];
  readonly checkpoints: readonly NewCheckpoint[];
  /**
   * The answer so far, also of a failed or cancelled run. Null: the run never said a word. `detail` is an `AnswerDetail` as
   * compact JSON; without it, it is not known to whoever ends the run, and the events tell.
   */
  readonly message: { readonly id: string; readonly content: string; readonly detail?: string | null } | null;
  readonly usage: Usage;
  readonly error: { readonly code: RunErrorCode; readonly message: string } | null;
  readonly now: number;
}
