import { createParser } from "eventsource-parser";
import type { System } from "../domain/system.ts";
import { rootOf } from "./access.ts";
import { ChatAnswer } from "./chat-answer.ts";
import { type Model, type ModelContext, ModelError, type ModelPart } from "./contract.ts";
import { cutOff, type Place } from "./failure.ts";
import { type Call, post, reach } from "./http.ts";
import { chatBody } from "./messages.ts";

export interface CompatibleOptions {
  /** Such as `compatible:qwen3`. */
  readonly id: string;
  /** The model's name, as the server knows it. */
  readonly model: string;
  /** Up to and including `/v1`. */
  readonly baseUrl: string;
  /** Null: the server wants none. */
  readonly apiKey: string | null;
  readonly system: System;
}

/** Longest event that is buffered, in characters; past it the stream counts as garbage. */
const MAX_EVENT = 16 * 1024 * 1024;
const STREAMING = { stream: true } as const;

/**
 * A model behind any server that speaks OpenAI's chat-completions wire: vLLM, Ollama, llama.cpp, OpenRouter, DeepSeek,
 * Mistral and many more. This is the hot path of the service, so it goes straight from `fetch` to parts: one reader, one
 * decoder, one parser with a callback, one generator, and no stream in between.
 */
export const compatibleModel = ({ id, model, baseUrl, apiKey, system }: CompatibleOptions): Model => {
  const place: Place = {
    keyVariable: "MODEL_API_KEY",
    now: () => system.now(),
  };
  const root = rootOf(baseUrl);
  const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
  const newCallId = () => `call_${system.id()}`;
  return {
    id,
    stream: (request, context) => {
      const call = { url: `${root}/chat/completions`, headers, place };
      return answer(call, () => chatBody(model, request), newCallId, context);
    },
    check: (context) => reach({ url: `${root}/models`, headers, place }, context),
  };
};

async function* answer(
  call: Call,
  body: () => string,
  newCallId: () => string,
  context: ModelContext,
): AsyncGenerator<ModelPart, void, void> {
  const { signal } = context;
  const response = await post(call, body(), context);
  if (response.body === null) throw cutOff();
  const reader = response.body.getReader();
  const chat = new ChatAnswer(call.place, newCallId);
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onEvent: (event) => chat.take(event.data),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") chat.fail(error);
    },
  });
  const decoder = new TextDecoder();
  try {
    while (!chat.over) {
      const { done, value } = await reader.read();
      if (done) chat.end();
      else parser.feed(decoder.decode(value, STREAMING));
      // What was said before a failure is still handed over.
      for (const part of chat.parts) {
        if (signal.aborted) throw signal.reason;
        yield part;
      }
      chat.parts.length = 0;
    }
    if (chat.failure !== undefined) throw chat.failure;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof ModelError ? error : cutOff(error);
  } finally {
    // After the last byte this gives the connection back to the pool; before it, it closes the connection.
    reader.cancel().catch(() => {});
  }
}
