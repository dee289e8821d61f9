import { type Model, ModelError } from "../models/contract.ts";
import type { AgentContext } from "./contract.ts";

/**
 * Returns the run's model for direct calls: they end with the node, and their usage is the run's, also where they fail.
 */
export const meteredModel = ({ model, signal, spend }: Pick<AgentContext, "model" | "signal" | "spend">): Model => ({
  id: model.id,
  check: (context) => model.check(context),
  answer: async (request, context, onPart) => {
    try {
      await model.answer(request, { ...context, signal: AbortSignal.any([signal, context.signal]) }, (part) => {
        if (part.type === "finish") spend(part.usage);
        return onPart(part);
      });
    } catch (error) {
      if (error instanceof ModelError && error.usage !== undefined) spend(error.usage);
      throw error;
    }
  },
});
