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

/** Not retryable: the call is paid for, and took its time. A person may ask again, or another model be asked. */
const emptyAnswer = (reason: FinishReason): ModelError =>
  new ModelError(
    "model_unavailable",
    reason === "length"
      ? "The model reached its limit of output tokens before the first word of its answer."
      : "The model ended without an answer.",
    {
      retryable: false,
      ...(reason === "length" && { remedy: "Raise the limit of output tokens, or let the model think less." }),
    },
  );
