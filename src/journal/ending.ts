import type { RunError } from "../domain/error.ts";
import { type EventBody, failureEvent, type TerminalEvent } from "../domain/event.ts";
import type { RunEnd } from "../store/log/contract-run-end.ts";

/**
 * The outcome of ending a run. `persisted`: the end is stored. `freed`: so it is, and other runs of the thread wait for
 * their turn. `refused`: another replica has taken the run over, or
 * the store never accepted it.
 */
export type Outcome = "persisted" | "freed" | "refused";
export type Ending = Omit<RunEnd, "events" | "checkpoints" | "rounds" | "message"> & {
  /** The run's last events, which follow everything that was emitted. */
  readonly events: readonly [...EventBody[], TerminalEvent];
  readonly messageId: string;
};

/** Turns an ending into a failure with the error `why`. */
export const failing = (ending: Ending, why: RunError): Ending => {
  const before = ending.events.slice(0, -1);
  return {
    ...ending,
    status: why.code === "cancelled" ? "cancelled" : "failed",
    error: { code: why.code, message: why.message },
    events: [...before, failureEvent(why)],
  };
};
