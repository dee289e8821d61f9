import { RunError } from "../domain/error.ts";
import { type EventBody, failureEvent, type Payload, type TerminalEvent } from "../domain/event.ts";
import { creditsOf, type Usage } from "../domain/run.ts";
import type { Ending } from "../journal/ending.ts";
import { ModelError } from "../models/contract.ts";
import { StoreError } from "../store/store-error.ts";

/**
 * Maps anything thrown to the error that the run ends with. An error of unknown type becomes `internal`; its cause is
 * logged.
 */
export const runErrorOf = (thrown: unknown): RunError => {
  try {
    return knownErrorOf(thrown);
  } catch {
    // An agent may throw an object that throws when it is looked at.
    return new RunError("internal", "The server failed to answer.");
  }
};

const knownErrorOf = (thrown: unknown): RunError => {
  if (thrown instanceof RunError) return thrown;
  if (thrown instanceof ModelError) {
    const { code, message, isRecoverable } = thrown;
    return new RunError(code, message, { isRecoverable, cause: thrown });
  }
  // From an agent that reads the store. The run's own writes are retried instead.
  if (thrown instanceof StoreError && thrown.code === "unavailable") {
    return new RunError("store_unavailable", "The database is unavailable. Try again shortly.", { cause: thrown });
  }
  return new RunError("internal", "The server failed to answer.", { cause: thrown });
};

/**
 * Builds a run's last events and the final state of its row. Pure. `failure` null: the run succeeded, with `result`, and
 * `finish` says how the answer ended.
 */
export const endingOf = (
  failure: RunError | null,
  facts: {
    readonly messageId: string;
    readonly usage: Usage;
    readonly now: number;
    readonly result?: unknown;
    readonly finish?: NonNullable<Payload<"done">["finish"]>;
  },
): Ending => {
  const { messageId, usage, now, result, finish = "stop" } = facts;
  const settled: EventBody = { type: "credit_settled", payload: settlementOf(usage) };
  const terminal: TerminalEvent =
    failure === null
      ? { type: "done", payload: { message_id: messageId, finish, ...(result !== undefined && { result }) } }
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

const settlementOf = (usage: Usage): Payload<"credit_settled"> => {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens, isEstimated } = usage;
  return {
    ...{ input_tokens: inputTokens, output_tokens: outputTokens, credits: creditsOf(usage) },
    ...(isEstimated === true && { estimated: true }),
    ...(cachedTokens !== undefined && { cached_tokens: cachedTokens }),
    ...(reasoningTokens !== undefined && { reasoning_tokens: reasoningTokens }),
  };
};
