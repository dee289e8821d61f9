import { type Model, ModelError } from "../models/contract.ts";
import type { AgentContext } from "./contract.ts";
import { storableParts } from "./storable-parts.ts";

type Metered = Pick<AgentContext, "model" | "signal" | "spend" | "runId">;

/**
 * Returns the run's model for direct calls: they end with the node, their usage is the run's, also where they fail, and
 * what it answers can be stored.
 */
export const meteredModel = ({ model, signal, spend, runId }: Metered): Model => ({
  id: model.id,
  check: (context) => model.check(context),
  answer: async (request, context, onPart) => {
    const push = storableParts(onPart);
    try {
      await model.answer(request, { ...context, runId, signal: AbortSignal.any([signal, context.signal]) }, (part) => {
        if (part.type === "finish") spend(part.usage);
        return push(part);
      });
    } catch (error) {
      if (error instanceof ModelError && error.usage !== undefined) spend(error.usage);
      throw error;
    }
  },
});
