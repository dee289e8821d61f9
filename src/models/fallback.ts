import { type Model, type ModelContext, ModelError, type ModelRequest } from "./contract.ts";
import type { ModelLog } from "./log.ts";
import { type Opened, openCall, streamOf } from "./opening.ts";

/**
 * Several models as one, tried in order. The next is asked only while nothing has been said: two halves of two models'
 * answers make no answer. A refusal is an answer and ends the call: asking round until somebody complies would get past
 * every provider's policy but the laxest. An abort ends it too.
 *
 * `check` passes as soon as one model is reached, for then a call can be answered; else it throws what the first said.
 */
export const withFallback = (models: readonly [Model, ...Model[]], log: ModelLog): Model => ({
  id: models.map(({ id }) => id).join(","),
  stream: (request, context) => streamOf(() => openFirst(models, request, context, log)),
  check: (context) => checkAny(models, context),
});

const openFirst = async (
  [model, next, ...others]: readonly [Model, ...Model[]],
  request: ModelRequest,
  context: ModelContext,
  log: ModelLog,
): Promise<Opened> => {
  try {
    return await openCall(model, request, context);
  } catch (error) {
    if (next === undefined || !(error instanceof ModelError) || error.code === "model_refused") throw error;
    log.fallback({ model: model.id, next: next.id, error });
    return openFirst([next, ...others], request, context, log);
  }
};

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
