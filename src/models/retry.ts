import type { System } from "../domain/system.ts";
import { type Model, ModelError } from "./contract.ts";
import { Listener } from "./hearing.ts";
import type { ModelLog } from "./log.ts";

const MAX_RETRIES = 3;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;

/**
 * How long to wait before a call that failed `attempt` times (from 1) is made again, in milliseconds; null: not at all.
 * 1 s, doubling, at most 60 s, of which the upper half is chance (`random` in [0, 1)), so that the runs that failed together
 * do not come back together. A provider that names a time gets it, and up to a second more; one that names more than 60 s
 * is not waited for: asking sooner would be refused again.
 */
export const retryDelay = (attempt: number, error: ModelError, random: number): number | null => {
  if (!error.retryable || attempt > MAX_RETRIES) return null;
  const asked = error.retryAfterMs;
  if (asked === undefined) return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1)) * (0.5 + random / 2);
  return asked > MAX_DELAY_MS ? null : Math.min(MAX_DELAY_MS, asked + random * FIRST_DELAY_MS);
};

export interface RetryOptions {
  readonly system: System;
  readonly log: ModelLog;
}

/**
 * The same model, whose failed calls are made again, up to 3 times, as `retryDelay` says. Only until a call's first part:
 * after it, a second try would say it twice. An abort ends the waiting too. `check` is not retried.
 */
export const withRetry = (model: Model, { system, log }: RetryOptions): Model => ({
  id: model.id,
  answer: async (request, context, hear) => {
    const listener = new Listener(hear);
    for (let attempt = 1; ; attempt++) {
      try {
        await model.answer(request, context, listener.hear);
        return;
      } catch (error) {
        if (listener.hasHeard || !(error instanceof ModelError)) throw error;
        const delayMs = retryDelay(attempt, error, system.random());
        if (delayMs === null) throw error;
        log.retry({ model: model.id, attempt, delayMs, error });
        await system.sleep(delayMs, context.signal);
      }
    }
  },
  check: (context) => model.check(context),
});
