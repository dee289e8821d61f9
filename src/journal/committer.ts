import type { LogEvent } from "../domain/event.ts";
import type { Urgency } from "./commit-queue.ts";
import type { Ending, Outcome } from "./ending.ts";

/** What a writer needs of the group commit. */
export interface Committer<Writer> {
  now(): number;
  /** Requests a commit of the writer's events. */
  mark(writer: Writer, urgency: Urgency): void;
  /** The store has these events, which were written with the run's row. */
  published(writer: Writer, events: readonly LogEvent[]): void;
  /** Ends the run with `ending`, or with `lastResort` when the store rejects that. */
  finish(writer: Writer, ending: Ending, lastResort: Ending): Promise<Outcome>;
  /** Forgets a writer whose run goes on elsewhere. What it has emitted is stored. */
  leave(writer: Writer): Promise<void>;
  /** An event was emitted after the end. */
  ignored(writer: Writer, type: string): void;
}
