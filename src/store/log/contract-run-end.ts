import type { RunErrorCode } from "../../domain/error.ts";
import type { LogEvent } from "../../domain/event.ts";
import type { Usage } from "../../domain/run.ts";
import type { NewCheckpoint } from "./contract-checkpoints.ts";
import type { NewRound } from "./contract-rounds.ts";

/** Everything that a run's end writes, in one transaction. */
export interface RunEnd {
  readonly status: "succeeded" | "failed" | "cancelled";
  /** The last events, with the terminal one at the end, numbered on from what the run has appended. */
  readonly events: readonly LogEvent[];
  readonly checkpoints: readonly NewCheckpoint[];
  /** Absent: none. */
  readonly rounds?: readonly NewRound[];
  /**
   * The answer so far, also of a failed or cancelled run. Null when the run never emitted any text. `detail` is an
   * `AnswerDetail` as compact JSON. When it is omitted, the caller does not have it, and it is derived from the events.
   */
  readonly message: { readonly id: string; readonly content: string; readonly detail?: string | null } | null;
  readonly usage: Usage;
  readonly error: { readonly code: RunErrorCode; readonly message: string } | null;
  readonly now: number;
}
