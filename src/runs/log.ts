import type { RunError } from "../domain/error.ts";
import type { Usage } from "../domain/run.ts";
import type { Outcome } from "../journal/ending.ts";
import type { LiveRun } from "./live.ts";

/** What the runs have to say to an operator. Never a prompt, an answer or a key. */
export interface RunLog {
  started(run: LiveRun, agent: string): void;
  ended(
    run: LiveRun,
    facts: {
      readonly agent: string;
      readonly outcome: Outcome;
      /** Null: it succeeded. */
      readonly failure: RunError | null;
      readonly usage: Usage;
      readonly durationMs: number;
    },
  ): void;
  /** Something failed that the run could live with. */
  trouble(run: LiveRun, error: unknown): void;
  /** A run that nobody executed any more was ended. */
  recovered(runId: string): void;
  /** What a user has used could not be counted; of tokens it is tried again with the next. */
  uncounted(error: unknown): void;
  /** Upkeep (cancellations, orphans) failed; it is tried again at the next tick. */
  upkeepFailed(error: unknown): void;
  /** This replica's lease could not be renewed, or ended; it is tried again at the next tick. */
  renewalFailed(error: unknown): void;
}
