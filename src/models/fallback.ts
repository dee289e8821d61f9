import { type Model, type ModelContext, ModelError } from "./contract.ts";
import { PartSink } from "./for-each-part.ts";
import type { ModelLogger } from "./logger.ts";

/**
 * Combines several models into one that tries them in order. It calls the next only while nothing has been emitted:
 * halves of two models' answers make no answer. A refusal is an answer and ends the call: trying others until one
 * complies would get past every provider's policy but the laxest. An abort also ends it.
 *
 * `check` passes as soon as one model is reached, because a call can then be answered; otherwise it throws the first
 * model's error.
 */
export const withFallback = (models: readonly [Model, ...Model[]], logger: ModelLogger): Model => ({
  id: models.map(({ id }) => id).join(","),
  answer: async (request, context, onPart) => {
    const sink = new PartSink(onPart);
    let mayRecover = false;
    for (const [at, model] of models.entries()) {
      try {
        await model.answer(request, context, sink.onPart);
        return;
      } catch (error) {
        if (error instanceof ModelError) sink.charge(error);
        const next = models[at + 1];
        if (sink.hasReceived || !mayPass(error)) throw error;
        mayRecover ||= error.isRecoverable;
        if (next === undefined) throw mayRecover ? recoverable(error) : error;
        logger.fallback({ model: model.id, runId: context.runId, next: next.id, error });
      }
    }
  },
  check: (context) => checkAny(models, context),
});

/** The last model has failed for good, but an earlier one may answer later. */
const recoverable = (error: ModelError): ModelError => {
  if (error.isRecoverable) return error;
  const same = new ModelError(error.code, error.message, { ...optionsOf(error), isRecoverable: true });
  return Object.assign(same, {
    ...(error.model && { model: error.model }),
    ...(error.usage && { usage: error.usage }),
  });
};

const optionsOf = ({ retryable, retryAfterMs, remedy, cause }: ModelError) => ({
  retryable,
  retryAfterMs,
  remedy,
  cause,
});

const mayPass = (error: unknown): error is ModelError => error instanceof ModelError && error.code !== "model_refused";

const checkAny = async (
  [model, next, ...others]: readonly [Model, ...Model[]],
  context: ModelContext,
): Promise<void> => {
  try {
    await model.check(context);
  } catch (error) {
    if (next === undefined || !(error instanceof ModelError)) throw error;
    await checkAny([next, ...others], context).catch((later: unknown) => {
      throw later instanceof ModelError ? error : later;
    });
  }
};
