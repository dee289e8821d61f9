import type { StoreError } from "../store/store-error.ts";

/** What the journal has to say to an operator. */
export interface JournalLog {
  /** A run spoke after its end; harmless. */
  ignored(runId: string, type: string): void;
  /** The store has been away for longer than readers can wait. */
  outage(error: StoreError, runs: number): void;
  /** The database has lost the last events of a run's log, and has them again. */
  rewritten(runId: string, events: number): void;
  /** The database has lost events of a run's log that nobody has any more: the run ends with that. */
  torn(runId: string): void;
  /** The store refuses what a run says, though it is there: a defect. */
  rejected(runId: string, error: StoreError): void;
}
