import { createParser, type EventSourceParser } from "eventsource-parser";
import type { System } from "../domain/system.ts";
import type { Post, TextBody, TextSink } from "../upstream/contract.ts";
import { rootOf } from "./access.ts";
import { ChatAnswer } from "./chat-answer.ts";
import type { Hear, Model } from "./contract.ts";
import { cutOff, type Place } from "./failure.ts";
import { ask, reach } from "./http.ts";
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
  /** Names the variable of the key. */
  readonly place: Place;
  readonly system: System;
  /** How its calls are sent. */
  readonly post: Post;
}

/** Longest event that is buffered, in characters; past it the stream counts as garbage. */
const MAX_EVENT = 1024 * 1024;

/**
 * A model behind any server that speaks OpenAI's chat-completions wire: vLLM, Ollama, llama.cpp, OpenRouter, DeepSeek,
 * Mistral and many more. This is the hot path of the service, so it goes straight from the response's text to the listener:
 * one parser with a callback, and neither a stream nor an iterator in between.
 */
export const compatibleModel = ({ id, model, baseUrl, apiKey, place, system, post }: CompatibleOptions): Model => {
  const root = rootOf(baseUrl);
  const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
  const newCallId = () => `call_${system.id()}`;
  return {
    id,
    answer: async (request, context, hear) => {
      const call = { url: `${root}/chat/completions`, headers, place };
      const { body } = await ask(call, chatBody(model, request), context, post);
      await new Answer(body, new ChatAnswer(place, newCallId), context.signal, hear).read();
    },
    check: (context) => reach({ url: `${root}/models`, headers, place }, context),
  };
};

/**
 * One response and what it says. All of it happens in the call that brings the bytes: a promise for each token would cost
 * more than reading it. The connection is given back after the last word, and closed before it by an abort, a failure or
 * a listener that throws.
 */
class Answer implements TextSink {
  readonly #parser: EventSourceParser;
  readonly #heard = Promise.withResolvers<void>();
  /** How many of the parts read so far have been told. */
  #told = 0;
  #isOver = false;

  constructor(
    private readonly body: TextBody,
    private readonly chat: ChatAnswer,
    private readonly signal: AbortSignal,
    private readonly hear: Hear,
  ) {
    this.#parser = createParser({
      maxBufferSize: MAX_EVENT,
      onEvent: (event) => chat.take(event.data),
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") chat.fail(error);
      },
    });
  }

  /** Resolves once the finish has been heard. */
  read(): Promise<void> {
    this.body.pour(this);
    return this.#heard.promise;
  }

  text(piece: string): void {
    this.#parser.feed(piece);
    this.#tell();
  }

  end(): void {
    this.chat.end();
    this.#tell();
  }

  fail(thrown: unknown): void {
    this.#stop(this.signal.aborted ? this.signal.reason : cutOff(thrown));
  }

  /** Tells what has been read. True: there may be more, and it can be told. */
  #tell(): boolean {
    const { parts } = this.chat;
    try {
      for (let part = parts[this.#told]; part !== undefined; part = parts[this.#told]) {
        this.signal.throwIfAborted();
        this.#told += 1;
        const wait = this.hear(part);
        if (wait !== undefined) {
          this.body.pause();
          wait.then(this.#goOn, this.#stop);
          return false;
        }
        // The listener may have aborted the call.
        if (this.#isOver) return false;
      }
      this.signal.throwIfAborted();
    } catch (thrown) {
      this.#stop(thrown);
      return false;
    }
    parts.length = 0;
    this.#told = 0;
    if (!this.chat.over) return true;
    // What was said before a failure has been told by now.
    if (this.chat.failure !== undefined) this.#stop(this.chat.failure);
    else this.#finish();
    return false;
  }

  readonly #goOn = (): void => {
    if (!this.#isOver && this.#tell()) this.body.resume();
  };

  readonly #stop = (thrown: unknown): void => {
    this.#isOver = true;
    this.body.cancel();
    this.#heard.reject(thrown);
  };

  #finish(): void {
    this.#isOver = true;
    this.body.finish();
    this.#heard.resolve();
  }
}
