import type { System } from "../domain/system.ts";
import type { Post } from "../upstream/contract.ts";
import { rootOf } from "./access.ts";
import { Answer } from "./answer.ts";
import { ChatAnswer } from "./chat-answer.ts";
import type { Model } from "./contract.ts";
import type { FailureContext } from "./failure.ts";
import { postJson, reach } from "./http.ts";
import { chatBody } from "./messages.ts";

export interface CompatibleOptions {
  /** Such as `compatible:qwen3`. */
  readonly id: string;
  /** The server's own name for the model. */
  readonly model: string;
  /** Up to and including `/v1`. */
  readonly baseUrl: string;
  /** Null when the server requires none. */
  readonly apiKey: string | null;
  /** Names the variable of the key. */
  readonly failureContext: FailureContext;
  readonly system: System;
  /** Sends its calls. */
  readonly post: Post;
}

/**
 * A model behind any server that speaks OpenAI's chat-completions API: vLLM, Ollama, llama.cpp, OpenRouter, DeepSeek,
 * Mistral and many more. This is the hot path of the service, so parts go straight from the response's text to the
 * callback: one parser with a callback, and neither a stream nor an iterator in between.
 */
export const compatibleModel = ({
  id,
  model,
  baseUrl,
  apiKey,
  failureContext,
  system,
  post,
}: CompatibleOptions): Model => {
  const root = rootOf(baseUrl);
  const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
  const newCallId = () => `call_${system.id()}`;
  return {
    id,
    answer: async (request, context, onPart) => {
      const call = { url: `${root}/chat/completions`, headers, failureContext };
      const { body } = await postJson(call, chatBody(model, request), context, post);
      await new Answer(body, new ChatAnswer(failureContext, newCallId), context.signal, onPart).read();
    },
    check: (context) => reach({ url: `${root}/models`, headers, failureContext }, context),
  };
};
