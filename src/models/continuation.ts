import type { Model, ModelRequest } from "./contract.ts";
import { Seam } from "./seam.ts";

/** Returns the same model, whose answer to a request that has `begun` is what follows it, without what it repeats. */
export const withContinuation = (model: Model): Model => ({
  id: model.id,
  check: (context) => model.check(context),
  answer: (request, context, onPart) => {
    if (request.begun === undefined) return model.answer(request, context, onPart);
    const seam = new Seam(request.begun);
    return model.answer(request, context, (part) => {
      if (part.type === "reasoning") return onPart(part);
      const delta = part.type === "text" ? seam.push(part.delta) : seam.end();
      const wait = delta === "" ? undefined : onPart({ type: "text", delta });
      if (part.type === "text") return wait;
      return wait === undefined ? onPart(part) : wait.then(() => onPart(part));
    });
  },
});

/**
 * The beginning of the answer as a server may be given it, from which its model goes on. Without the white space at its
 * end, which some refuse: the model writes it again. Null: there is none.
 */
export const prefillOf = (begun: ModelRequest["begun"]): string | null => begun?.trimEnd() || null;

/** Returns the request with the beginning of the answer as its last message. */
export const prefilled = ({ begun, messages, ...request }: ModelRequest): ModelRequest => {
  const content = prefillOf(begun);
  if (content === null) return { ...request, messages };
  return { ...request, messages: [...messages, { role: "assistant", content, toolCalls: [] }] };
};
