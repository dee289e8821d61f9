import { type FinishReason, ModelError, type OnPart } from "./contract.ts";

/**
 * Returns a callback for one call, around another, which fails the call when it finishes with neither text nor a tool
 * call: readers would take nothing for the answer.
 */
export const refuseEmpty = (onPart: OnPart): OnPart => {
  let isAnswered = false;
  return (part) => {
    if (!isAnswered) {
      if (part.type === "finish") throw Object.assign(emptyAnswer(part.reason), { usage: part.usage });
      isAnswered = part.type === "tool_call" || (part.type === "text" && /\S/.test(part.delta));
    }
    return onPart(part);
  };
};

/** The failures of answers that reached their limit before their first word. */
const limited = new WeakSet<Error>();

/** Whether a call failed because its answer reached the limit of output tokens before its first word. */
export const isLimitReached = (error: unknown): boolean => error instanceof Error && limited.has(error);

/** Not retryable: the call is paid for, and took its time. A person may ask again, or another model be asked. */
const emptyAnswer = (reason: FinishReason): ModelError => {
  if (reason !== "length")
    return new ModelError("model_unavailable", "The model ended without an answer.", { retryable: false });
  const message = "The model reached its limit of output tokens before the first word of its answer.";
  const remedy = "Raise the limit of output tokens, or let the model think less.";
  const error = new ModelError("model_unavailable", message, { retryable: false, remedy });
  limited.add(error);
  return error;
};
