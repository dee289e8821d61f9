import type { RunError } from "../domain/error.ts";
import type { Usage } from "../domain/run.ts";
import type { Outcome } from "../journal/ending.ts";
import type { LiveRun } from "./live-run.ts";

/** What is done again and again, as an operator is told of it. */
export type RecurringTaskName = "lease renewal" | "maintenance" | "recovery" | "polling for other replicas' events";

/** What the runs have to say to an operator. Never a prompt, an answer or a key. */
export interface RunLogger {
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
  /** A step of maintenance failed by itself; it is tried again at the next tick. */
  maintenanceFailed(error: unknown): void;
  /** Work that comes again and again has begun to fail; it goes on being tried, and nothing more is said until it works. */
  recurringFails(name: RecurringTaskName, error: unknown): void;
  /** It works again, after so many milliseconds. */
  recurringWorks(name: RecurringTaskName, afterMs: number): void;
  /** This replica's lease is over: others may end its runs. */
  leaseOver(): void;
}
