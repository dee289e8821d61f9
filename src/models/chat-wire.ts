import type { ReasoningEffort } from "../domain/model-settings.ts";
import type { Feature } from "./capabilities/feature.ts";
import type { ModelRequest } from "./contract.ts";
import { DEFAULT_THINKING_TAGS, type ThinkingTag } from "./thinking-tags.ts";

/** How a server's chat completions differ from those of others. The adapter asks the wire, never for a server's name. */
export interface ChatWire {
  /** The header of the key: `Bearer KEY`, or Azure's own. */
  readonly keyHeader: "authorization" | "api-key";
  /** The name that is tried first. A server that refuses it is asked with the other one. */
  readonly maxTokens: "max_tokens" | "max_completion_tokens";
  readonly seed: "seed" | "random_seed";
  /** The `tool_choice` that requires some tool. */
  readonly anyTool: "required" | "any";
  /**
   * What marks a message of the assistant at the end as the beginning of its answer; nothing, where its place alone
   * does. Null where a server is not known to go on from there.
   */
  readonly prefill: Readonly<Record<string, unknown>> | null;
  /** What its server is known to refuse, and is never asked for. */
  readonly lacks: readonly Feature[];
  /** Whether prompts of a model, by the server's name for it, are cached only where they are marked (`chat-cache.ts`). */
  needsCacheMarks(model: string): boolean;
  /** What stands around thoughts at the beginning of the text. */
  readonly thinkingTags: readonly ThinkingTag[];
  /** The fields that say how much a model reasons. */
  reasoning(effort: ReasoningEffort): Readonly<Record<string, unknown>>;
  /** An id of a tool call as the server accepts it. A thread's history has those of other models. */
  callId(id: string): string;
}

/** OpenAI's chat completions in the variant that most servers accept. */
export const COMMON_WIRE: ChatWire = {
  keyHeader: "authorization",
  maxTokens: "max_tokens",
  seed: "seed",
  anyTool: "required",
  prefill: null,
  lacks: [],
  needsCacheMarks: () => false,
  thinkingTags: DEFAULT_THINKING_TAGS,
  reasoning: (effort) => ({ reasoning_effort: effort }),
  callId: (id) => id,
};

/** Returns the request with the ids of its tool calls as the server accepts them. */
export const withCallIds = (request: ModelRequest, { callId }: ChatWire): ModelRequest => {
  if (callId === COMMON_WIRE.callId) return request;
  const messages = request.messages.map((message) => {
    if (message.role === "tool") return { ...message, toolCallId: callId(message.toolCallId) };
    if (message.role === "user" || message.toolCalls.length === 0) return message;
    return { ...message, toolCalls: message.toolCalls.map((call) => ({ ...call, id: callId(call.id) })) };
  });
  return { ...request, messages };
};

/** Returns the headers that carry the key; none without one. */
export const keyHeaders = ({ keyHeader }: ChatWire, apiKey: string | null): Readonly<Record<string, string>> => {
  if (apiKey === null) return {};
  return { [keyHeader]: keyHeader === "authorization" ? `Bearer ${apiKey}` : apiKey };
};
