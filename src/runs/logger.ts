import type { RunError } from "../domain/error.ts";
import type { Payload } from "../domain/event.ts";
import type { RunName, Usage } from "../domain/run.ts";
import type { Outcome } from "../journal/ending.ts";
import type { LiveRun } from "./live-run.ts";

/** The names of recurring tasks in an operator's log lines. */
export type RecurringTaskName =
  | "lease renewal"
  | "maintenance"
  | "recovery"
  | "expiry of approvals"
  | "polling for other replicas' events"
  | "packing"
  | "folding"
  | "retention";

/** What runs report to an operator. Never a prompt, an answer or a key. */
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
  /** The agent selects more tools than a model takes; so many were not offered. May be called for every run. */
  toolsLeftOut(agent: string, count: number): void;
  /** A request has chosen a model that is not set up. May be called for every request; `remedy` is a sentence. */
  choiceMissing(remedy: string): void;
  /** The model reached its limit of output tokens in the middle of the run's answer. */
  reachedLength(run: LiveRun, model: string): void;
  /** A tool threw what is no answer for the model. The run goes on. */
  toolFailed(run: LiveRun, where: { readonly agent: string; readonly tool: string }, error: unknown): void;
  /** A part of the run failed without ending the run. */
  trouble(run: LiveRun, error: unknown): void;
  /** An orphaned run could not go on, and was ended. */
  recovered(run: RunName, why: RunError): void;
  /** So many runs were stopped and given up, for other replicas or the next start to go on with. */
  handedOver(count: number): void;
  /** A run that no process had goes on here: its process has ended, or it had waited for a person. */
  resumed(run: RunName, attempt: Payload<"attempt_started">): void;
  /** The run waits for persons' words on so many tool calls, and no process has it. */
  waiting(run: RunName, calls: number): void;
  /** So many runs had waited for too long, and are to be ended. */
  unanswered(count: number): void;
  /** A user's usage could not be counted. Tokens are counted again with the next charge. */
  uncounted(error: unknown): void;
  /** One step of maintenance failed. It is retried at the next tick. */
  maintenanceFailed(error: unknown): void;
  /** A recurring task has begun to fail. It is retried; nothing more is logged until it succeeds. */
  recurringFails(name: RecurringTaskName, error: unknown): void;
  /** A recurring task succeeds again, `afterMs` milliseconds after it began to fail. */
  recurringWorks(name: RecurringTaskName, afterMs: number): void;
  /** So many events of ended runs now take less space; so many runs have nothing left to pack. Called often. */
  packed(events: number, runs: number): void;
  /** So many runs that ended long ago have given up their events, of which there were so many. Called often. */
  folded(runs: number, events: number): void;
  /** So many threads were deleted because nothing was written to them for as long as they are kept. */
  expired(threads: number): void;
  /** This replica's lease has expired: others may end its runs. */
  leaseOver(): void;
}
