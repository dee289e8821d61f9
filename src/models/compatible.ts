import type { System } from "../domain/system.ts";
import type { Post } from "../upstream/contract.ts";
import { urlAt } from "./access.ts";
import { Answer } from "./answer.ts";
import { adaptive } from "./capabilities/adapt.ts";
import { ChatAnswer } from "./chat-answer.ts";
import { chatFields, fieldsUsed, toolFields } from "./chat-fields.ts";
import { type ChatWire, keyHeaders, withCallIds } from "./chat-wire.ts";
import type { Model } from "./contract.ts";
import { type FailureContext, isWebPage, webPage } from "./failure.ts";
import { postJson, reach } from "./http.ts";
import type { ModelLogger } from "./logger.ts";
import { chatBody } from "./messages.ts";

export interface CompatibleOptions {
  /** Such as `compatible:qwen3`. */
  readonly id: string;
  /** The server's own name for the model. */
  readonly model: string;
  /** Up to and including `/v1`; it may have a query. */
  readonly baseUrl: string;
  /** Null when the server requires none. */
  readonly apiKey: string | null;
  /** Names the variable of the key. */
  readonly failureContext: FailureContext;
  readonly system: System;
  readonly logger: ModelLogger;
  readonly wire: ChatWire;
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
  logger,
  wire,
  post,
}: CompatibleOptions): Model => {
  const headers = keyHeaders(wire, apiKey);
  const call = { url: urlAt(baseUrl, "/chat/completions"), headers, failureContext };
  const needsMarks = wire.needsCacheMarks(model);
  const newId = () => `call_${system.id()}`;
  return {
    id,
    answer: adaptive({
      id,
      logger,
      lacks: [
        ...wire.lacks,
        ...(needsMarks ? [] : (["prompt_cache"] as const)),
        ...(wire.prefill === null ? (["prefill"] as const) : []),
      ],
      used: (request, lacks) => ["prompt_cache", ...fieldsUsed(request, wire, lacks)],
      send: async (request, context, onPart, lacks) => {
        const fields = chatFields(request, wire, lacks);
        const ofTools = toolFields(request, wire, lacks);
        const options = { hasCacheMarks: !lacks.has("prompt_cache"), prefill: wire.prefill };
        const json = chatBody(id, model, withCallIds(request, wire), fields, ofTools, options);
        const { body, header } = await postJson(call, json, context, post);
        if (isWebPage(header("content-type"))) {
          body.cancel();
          throw webPage();
        }
        const chat = new ChatAnswer({ model: id, request, failureContext, thinkingTags: wire.thinkingTags, newId });
        // Not awaited here: a call may be under way for long, and would hold all of the above.
        return new Answer(body, chat, context.signal, onPart).read();
      },
    }),
    check: (context) => reach({ ...call, url: urlAt(baseUrl, "/models") }, context),
  };
};
