import { createParser, type EventSourceParser } from "eventsource-parser";
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
const OVER = { done: true, value: undefined } as const;

/**
 * A model behind any server that speaks OpenAI's chat-completions wire: vLLM, Ollama, llama.cpp, OpenRouter, DeepSeek,
 * Mistral and many more. This is the hot path of the service, so it goes straight from `fetch` to parts: one reader, one
 * decoder, one parser with a callback, one iterator, and no stream in between.
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
      return new Answer(call, () => chatBody(model, request), newCallId, context);
    },
    check: (context) => reach({ url: `${root}/models`, headers, place }, context),
  };
};

type ByteReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/**
 * One call and what it says. An iterator by hand: of all that a token costs in here, a generator's yield was the largest.
 * The connection is given back after the last byte, and closed before it by an abort, a failure or `return`.
 */
class Answer implements AsyncIterableIterator<ModelPart, undefined, void> {
  readonly #chat: ChatAnswer;
  readonly #parser: EventSourceParser;
  readonly #decoder = new TextDecoder();
  #reader: ByteReader | undefined;
  /** How many of the parts read so far have been given. */
  #given = 0;
  #isOver = false;

  constructor(
    private readonly call: Call,
    private readonly body: () => string,
    newCallId: () => string,
    private readonly context: ModelContext,
  ) {
    const chat = new ChatAnswer(call.place, newCallId);
    this.#chat = chat;
    this.#parser = createParser({
      maxBufferSize: MAX_EVENT,
      onEvent: (event) => chat.take(event.data),
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") chat.fail(error);
      },
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ModelPart, undefined>> {
    const { signal } = this.context;
    if (this.#isOver) return OVER;
    const chat = this.#chat;
    const { parts } = chat;
    try {
      if (this.#given === parts.length) {
        parts.length = 0;
        this.#given = 0;
        this.#reader ??= await this.#open();
        // In here rather than in a method of its own: another promise for each token is about a microsecond.
        while (!chat.over && parts.length === 0) {
          const { done, value } = await this.#reader.read();
          if (done) chat.end();
          else this.#parser.feed(this.#decoder.decode(value, STREAMING));
        }
      }
      if (signal.aborted) throw signal.reason;
      const value = parts[this.#given++];
      if (value !== undefined) return { done: false, value };
      // What was said before a failure has been handed over by now.
      if (chat.failure !== undefined) throw chat.failure;
      return await this.return();
    } catch (error) {
      await this.return();
      if (signal.aborted) throw signal.reason;
      throw error instanceof ModelError ? error : cutOff(error);
    }
  }

  async return(): Promise<IteratorResult<ModelPart, undefined>> {
    this.#isOver = true;
    this.#reader?.cancel().catch(() => {});
    return OVER;
  }

  async #open(): Promise<ByteReader> {
    const { body } = await post(this.call, this.body(), this.context);
    if (body === null) throw cutOff();
    return body.getReader();
  }
}
