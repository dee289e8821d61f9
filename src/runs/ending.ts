import { RunError } from "../domain/error.ts";
import { type EventBody, failureEvent, type TerminalEvent } from "../domain/event.ts";
import { creditsOf, type Usage } from "../domain/run.ts";
import type { Ending } from "../journal/ending.ts";
import { ModelError } from "../models/contract.ts";
import { StoreError } from "../store/store-error.ts";

/** What a run ends with, for whatever was thrown. What is no failure of ours to name is `internal`; its cause goes to the log. */
export const runErrorOf = (thrown: unknown): RunError => {
  if (thrown instanceof RunError) return thrown;
  if (thrown instanceof ModelError) {
    const { code, message, isRecoverable, cause = thrown } = thrown;
    return new RunError(code, message, { isRecoverable, cause });
  }
  // Of an agent that reads it; what the run itself writes is waited for.
  if (thrown instanceof StoreError && thrown.code === "unavailable") {
    return new RunError("store_unavailable", "The database is unavailable. Try again shortly.", { cause: thrown });
  }
  return new RunError("internal", "The server failed to answer.", { cause: thrown });
};

/** The last words of a run and how its row ends. Pure. `failure` null: it succeeded, with this result. */
export const endingOf = (
  failure: RunError | null,
  facts: {
    readonly messageId: string;
    readonly usage: Usage;
    readonly now: number;
    readonly result?: unknown;
  },
): Ending => {
  const { messageId, usage, now, result } = facts;
  const settled: EventBody = {
    type: "credit_settled",
    payload: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens, credits: creditsOf(usage) },
  };
  const terminal: TerminalEvent =
    failure === null
      ? { type: "done", payload: { message_id: messageId, ...(result !== undefined && { result }) } }
      : failureEvent(failure);
  return {
    status: failure === null ? "succeeded" : failure.code === "cancelled" ? "cancelled" : "failed",
    error: failure === null ? null : { code: failure.code, message: failure.message },
    usage,
    messageId,
    now,
    events: [settled, terminal],
  };
};
