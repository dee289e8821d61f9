import type { System } from "../domain/system.ts";
import type { Journal } from "../journal/journal.ts";
import type { Store } from "../store/contract.ts";

/** What streams are made of. */
export interface StreamParts {
  readonly journal: Journal;
  readonly store: Store;
  readonly system: System;
  readonly heartbeatMs: number;
  /** Something broke while a stream was under way: for the log. */
  broken(runId: string, error: unknown): void;
}
