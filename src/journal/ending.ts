import type { RunError } from "../domain/error.ts";
import { type EventBody, failureEvent, type TerminalEvent } from "../domain/event.ts";
import type { RunEnd } from "../store/log/contract-run-end.ts";

/** How a run's end came out: kept, or refused, because another replica has taken the run over or the store never took it. */
export type Outcome = "kept" | "refused";
export type Ending = Omit<RunEnd, "events" | "checkpoints" | "message"> & {
  /** What the run says last; it comes after everything that was emitted. */
  readonly events: readonly [...EventBody[], TerminalEvent];
  readonly messageId: string;
};

/** The same end, but for a failure. */
export const failing = (ending: Ending, why: RunError): Ending => {
  const before = ending.events.slice(0, -1);
  return {
    ...ending,
    status: why.code === "cancelled" ? "cancelled" : "failed",
    error: { code: why.code, message: why.message },
    events: [...before, failureEvent(why)],
  };
};
