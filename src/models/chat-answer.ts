import { NO_USAGE, type Usage } from "../domain/run.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { type FinishReason, ModelError, type ModelPart } from "./contract.ts";
import { cutOff, type FailureContext, failureOfReport, garbage, refusal } from "./failure.ts";
import { JsonBounds } from "./json-bounds.ts";
import { ProviderError } from "./provider-error.ts";
import { MAX_DELTA, splitDelta } from "./split-delta.ts";
import { parseToolInput } from "./tool-input.ts";
import { usageOf } from "./usage.ts";

/** The fields of a chat-completions chunk that are read here. None is certain to be present or to have this type. */
interface Chunk {
  readonly choices?: readonly (Choice | null)[] | null;
  readonly usage?: {
    readonly prompt_tokens?: unknown;
    readonly completion_tokens?: unknown;
  } | null;
  readonly error?: unknown;
}
interface Choice {
  readonly delta?: Delta | null;
  readonly finish_reason?: string | null;
}
interface Delta {
  /** Mistral's reasoning models send a list of parts. */
  readonly content?: string | readonly ContentPart[] | null;
  /** DeepSeek, vLLM, Qwen. */
  readonly reasoning_content?: string | null;
  /** OpenRouter, Ollama, Groq. */
  readonly reasoning?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly CallDelta[] | null;
}
interface ContentPart {
  readonly type?: string;
  readonly text?: unknown;
  readonly thinking?: unknown;
}
interface CallDelta {
  readonly index?: number | null;
  readonly id?: string | null;
  readonly function?: {
    readonly name?: string | null;
    readonly arguments?: string | null;
  } | null;
}
interface PendingCall {
  id: string;
  name: string;
  arguments: string;
}

/**
 * Reads one answer from the data of its events. `take` and `end` add parts to `parts`, which the caller empties. Once
 * `over` is true, nothing more is read, and the caller throws `failure`, if there is one, after the last part.
 */
export class ChatAnswer {
  readonly parts: ModelPart[] = [];
  over = false;
  failure: ModelError | undefined;
  #usage: Usage = NO_USAGE;
  #finish: FinishReason | undefined;
  readonly #calls: PendingCall[] = [];
  /** The last call of each index. */
  readonly #byIndex = new Map<number, PendingCall>();
  readonly #meter = new AnswerMeter();
  readonly #failureContext: FailureContext;
  readonly #newId: () => string;

  /** `newId` returns an id for a call that the server left without one. */
  constructor(failureContext: FailureContext, newId: () => string) {
    this.#failureContext = failureContext;
    this.#newId = newId;
  }

  /** How much has been emitted; unchanged when nothing was. */
  get emitted(): number {
    return this.#meter.counted;
  }

  take(data: string): void {
    if (this.over) return;
    if (data === "[DONE]") {
      this.end();
      return;
    }
    try {
      const excess = new JsonBounds().excess(data);
      if (excess === null) this.#read(JSON.parse(data) as Chunk);
      else this.#end(garbage("", new Error(`an event holds ${excess}`)));
    } catch (error) {
      // Invalid JSON, or JSON of another shape: null where an object should be, a number for a list.
      this.#end(error instanceof ModelError ? error : garbage(data, error));
    }
  }

  /** The stream is over: `[DONE]` has arrived, or, from servers that send none, the end of the body. */
  end(): void {
    if (this.over) return;
    if (this.#finish === undefined) {
      this.#end(cutOff());
      return;
    }
    if (!this.#hasBounds()) return;
    for (const call of this.#calls) {
      const id = call.id === "" ? this.#newId() : call.id;
      this.parts.push({
        type: "tool_call",
        id,
        name: call.name,
        input: parseToolInput(call.arguments),
      });
    }
    // Ollama and others finish a call with "stop".
    const reason = this.#finish === "stop" && this.#calls.length > 0 ? "tool_calls" : this.#finish;
    this.parts.push({ type: "finish", reason, usage: this.#usage });
    this.over = true;
  }

  /** False when the arguments of a call exceed the bounds for parsing, which ends the answer. */
  #hasBounds(): boolean {
    try {
      for (const call of this.#calls) this.#meter.checkArguments(call.arguments);
      return true;
    } catch (error) {
      this.#end(error instanceof ModelError ? error : garbage("", error));
      return false;
    }
  }

  /** The events themselves cannot be read. */
  fail(cause: unknown): void {
    this.#end(garbage("", cause));
  }

  #end(failure: ModelError): void {
    this.failure ??= failure;
    this.over = true;
  }

  #read(chunk: Chunk): void {
    if (chunk.error) {
      this.#end(failureOfReport(chunk.error, this.#failureContext));
      return;
    }
    if (chunk.usage) this.#usage = usageOf(chunk.usage.prompt_tokens, chunk.usage.completion_tokens);
    const choice = chunk.choices?.[0];
    if (!choice) return;
    if (choice.delta) this.#readDelta(choice.delta);
    if (choice.finish_reason) this.#readFinish(choice.finish_reason);
  }

  #readDelta(delta: Delta): void {
    this.#emit("reasoning", delta.reasoning_content ?? delta.reasoning);
    if (Array.isArray(delta.content)) for (const part of delta.content) this.#readPart(part);
    else this.#emit("text", delta.content);
    if (delta.refusal) this.#end(refusal(new ProviderError("Refused", delta.refusal)));
    if (delta.tool_calls) for (const call of delta.tool_calls) this.#readCall(call);
  }

  #emit(type: "text" | "reasoning", delta: unknown): void {
    if (typeof delta !== "string" || delta === "") return;
    this.#meter.countText(type, delta);
    if (delta.length <= MAX_DELTA) this.parts.push({ type, delta });
    else for (const piece of splitDelta(delta)) this.parts.push({ type, delta: piece });
  }

  #readPart(part: ContentPart): void {
    if (part.type === "text") this.#emit("text", part.text);
    if (part.type === "thinking" && Array.isArray(part.thinking)) {
      for (const thought of part.thinking as readonly ContentPart[]) this.#emit("reasoning", thought.text);
    }
  }

  #readCall(delta: CallDelta): void {
    const id = text(delta.id);
    const name = text(delta.function?.name);
    const call = this.#pending(delta.index, id, name) ?? this.#begin(delta.index);
    const piece = text(delta.function?.arguments);
    this.#meter.countArgument(piece);
    call.arguments += piece;
    if (call.id === "") {
      this.#meter.countArgument(id);
      call.id = id;
    }
    if (call.name === "") {
      this.#meter.countArgument(name);
      call.name = name;
    }
  }

  /**
   * Returns the call that a piece continues. Pieces share an index; from servers that omit it, each named piece is a
   * call. Gemini's compatible endpoint sends all calls under index 0, each with an id and a name of its own.
   */
  #pending(index: number | null | undefined, id: string, name: string): PendingCall | undefined {
    const named = id !== "" && name !== "";
    if (typeof index !== "number") return name !== "" ? undefined : this.#calls.at(-1);
    const call = this.#byIndex.get(index);
    return call !== undefined && named && call.id !== "" && call.id !== id ? undefined : call;
  }

  #begin(index: number | null | undefined): PendingCall {
    this.#meter.countCall();
    const call: PendingCall = { id: "", name: "", arguments: "" };
    this.#calls.push(call);
    if (typeof index === "number") this.#byIndex.set(index, call);
    return call;
  }

  #readFinish(reason: string): void {
    if (reason === "content_filter") this.#end(refusal(new Error("finish_reason content_filter")));
    else if (reason === "error" || reason === "insufficient_system_resource") this.#end(cutOff(new Error(reason)));
    else this.#finish = FINISH.get(reason) ?? "stop";
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Anything else is a stop: servers have many words for it. */
const FINISH: ReadonlyMap<string, FinishReason> = new Map([
  ["length", "length"],
  ["max_tokens", "length"],
  ["tool_calls", "tool_calls"],
  ["function_call", "tool_calls"],
]);
