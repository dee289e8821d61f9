import type { RunName } from "../domain/run.ts";
import type { StoreError } from "../store/store-error.ts";

/** What the journal reports to an operator. */
export interface JournalLogger {
  /** A run emitted an event after its end; harmless. */
  ignored(run: RunName, type: string): void;
  /** The store has been away for longer than readers can wait. */
  outage(error: StoreError, runs: number): void;
  /** The database had lost the last events of a run's log; they are written again. */
  rewritten(run: RunName, events: number): void;
  /** The database has lost events of a run's log that are no longer in memory either; the run fails. */
  torn(run: RunName): void;
  /** The store is reachable but rejects a run's events: a defect. */
  rejected(run: RunName, error: StoreError): void;
}
