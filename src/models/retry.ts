import type { System } from "../domain/system.ts";
import { type Model, ModelError } from "./contract.ts";
import { refuseEmpty } from "./empty-answer.ts";
import { PartSink } from "./for-each-part.ts";
import type { ModelLogger } from "./logger.ts";

const MAX_RETRIES = 3;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;

/**
 * Returns how long to wait, in milliseconds, before retrying a call that failed `attempt` times (from 1); null when it
 * must not be retried. The delay is 1 s, doubling, at most 60 s. Its upper half is random (`random` in [0, 1)), so that
 * runs that failed together do not retry together. When a provider names a time, the delay is that time and up to a
 * second more. When it names more than 60 s, there is no retry: an earlier one would be refused again.
 */
export const retryDelay = (attempt: number, error: ModelError, random: number): number | null => {
  if (!error.retryable || attempt > MAX_RETRIES) return null;
  const requestedMs = error.retryAfterMs;
  if (requestedMs === undefined)
    return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1)) * (0.5 + random / 2);
  return requestedMs > MAX_DELAY_MS ? null : Math.min(MAX_DELAY_MS, requestedMs + random * FIRST_DELAY_MS);
};

export interface RetryOptions {
  readonly system: System;
  readonly logger: ModelLogger;
}

/**
 * Returns the same model with failed calls retried up to 3 times, after `retryDelay`. It retries only before a call's
 * first part: after that, a second try would emit it twice. An abort also ends the wait. `check` is not retried. A call
 * that ends with neither text nor a tool call fails.
 */
export const withRetry = (model: Model, { system, logger }: RetryOptions): Model => ({
  id: model.id,
  answer: async (request, context, onPart) => {
    const sink = new PartSink(onPart);
    for (let attempt = 1; ; attempt++) {
      try {
        // What follows an answer that was cut off just before its end may be nothing.
        const isWhole = request.begun === undefined;
        await model.answer(request, context, isWhole ? refuseEmpty(sink.onPart) : sink.onPart);
        return;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        error.model = model.id;
        sink.charge(error);
        if (sink.hasReceived) throw error;
        const delayMs = retryDelay(attempt, error, system.random());
        if (delayMs === null) throw error;
        logger.retry({ model: model.id, runId: context.runId, attempt, delayMs, error });
        await system.sleep(delayMs, context.signal);
      }
    }
  },
  check: async (context) => {
    try {
      await model.check(context);
    } catch (error) {
      if (error instanceof ModelError) error.model = model.id;
      throw error;
    }
  },
});
