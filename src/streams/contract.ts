import type { System } from "../domain/system.ts";
import type { Journal } from "../journal/journal.ts";
import type { Store } from "../store/contract.ts";
import type { Departure } from "./departure.ts";

/** What streams are made of. */
export interface StreamParts {
  readonly journal: Journal;
  readonly store: Store;
  readonly system: System;
  readonly heartbeatMs: number;
  readonly departure: Departure;
  /** Reports a fault of a stream under way to the logger. */
  broken(runId: string, error: unknown): void;
}
