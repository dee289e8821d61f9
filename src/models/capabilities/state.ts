import type { ModelMessage, ModelRequest } from "../contract.ts";

export const hasState = (message: ModelMessage): boolean =>
  message.role === "assistant" && message.opaque !== undefined;

export const withoutState = (message: ModelMessage): ModelMessage =>
  message.role === "assistant" && hasState(message) ? { ...message, opaque: undefined } : message;

/** Whether a message has calls and no opaque state. After `ownState`, the calls of all other models have none. */
export const isForeignCall = (message: ModelMessage): boolean =>
  message.role === "assistant" && message.toolCalls.length > 0 && message.opaque === undefined;

/** Returns the request without the opaque state of other models than this one. */
export const ownState = (request: ModelRequest, model: string): ModelRequest => {
  const isForeign = (message: ModelMessage): boolean =>
    message.role === "assistant" && message.opaque !== undefined && message.opaque.model !== model;
  if (!request.messages.some(isForeign)) return request;
  return { ...request, messages: request.messages.map((it) => (isForeign(it) ? withoutState(it) : it)) };
};
