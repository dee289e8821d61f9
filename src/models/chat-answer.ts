import { isRecord } from "../domain/json.ts";
import type { Usage } from "../domain/run.ts";
import { AnswerMeter, tooMuch } from "./answer-meter.ts";
import type { AnswerReader } from "./answer-reader.ts";
import { ChatCalls } from "./chat-calls.ts";
import type { Choice, Chunk, ContentPart, Delta } from "./chat-chunk.ts";
import { ChatOpaque } from "./chat-opaque.ts";
import { hasContent, mayReport, reportIn } from "./chat-report.ts";
import { type FinishReason, ModelError, type ModelPart, type ModelRequest } from "./contract.ts";
import { cutOff, type FailureContext, failureOfReport, garbage, refusal } from "./failure.ts";
import { readFinish } from "./finish.ts";
import { JsonBounds } from "./json-bounds.ts";
import { ProviderError } from "./provider-error.ts";
import { RepeatedChunk } from "./repeated-chunk.ts";
import { MAX_DELTA, splitDelta } from "./split-delta.ts";
import { DEFAULT_THINKING_TAGS, ThinkingSplitter, type ThinkingTag } from "./thinking-tags.ts";
import { chatCounts, UsageReport } from "./usage.ts";

export interface ChatAnswerOptions {
  /** `Model.id`, to which the opaque state belongs. */
  readonly model: string;
  /** What is answered: the usage is estimated from it when the server reports none. */
  readonly request: ModelRequest;
  readonly failureContext: FailureContext;
  /** Defaults to the usual ones. */
  readonly thinkingTags?: readonly ThinkingTag[] | undefined;
  /** Returns an id for a call that the server left without one. */
  newId(): string;
}

/** Longest event, in characters. */
const MAX_EVENT = 1024 * 1024;

/** Reads one answer of chat completions, from the data of its events or from one body. */
export class ChatAnswer implements AnswerReader<ModelPart> {
  readonly maxEvent = MAX_EVENT;
  readonly parts: ModelPart[] = [];
  over = false;
  failure: ModelError | undefined;
  #finish: FinishReason | undefined;
  /** Whether a delta had content: a `message` after it repeats the content. */
  #hasDeltas = false;
  /** The last event that was no part of an answer. The reason for a stream's early end, if it has one. */
  #remark: unknown;
  readonly #meter = new AnswerMeter();
  readonly #thinking: ThinkingSplitter;
  // Undefined until they are needed: an answer may be under way for long, and most have none before their end.
  #usage: UsageReport | undefined;
  #calls: ChatCalls | undefined;
  #opaque: ChatOpaque | undefined;
  #repeated: RepeatedChunk | undefined;

  constructor(private readonly options: ChatAnswerOptions) {
    this.#thinking = new ThinkingSplitter(options.thinkingTags ?? DEFAULT_THINKING_TAGS);
  }

  get emitted(): number {
    return this.#meter.counted;
  }

  take(data: string): void {
    if (this.over) return;
    const text = this.#repeated?.textOf(data);
    if (text !== undefined) this.#takeText(text);
    else if (data === "[DONE]") this.end();
    else this.#parse(data, "part");
  }

  takeError(data: string): void {
    if (this.over) return;
    this.#parse(data, "error");
  }

  /** Takes a body that is not an event stream: the answer in one piece, or an error. */
  takeWhole(body: string): void {
    if (this.over) return;
    this.#parse(body, "whole");
    this.end();
  }

  /** The stream is over: `[DONE]` has arrived, or, from servers that send none, the end of the body. */
  end(): void {
    if (this.over) return;
    if (this.#finish === undefined) {
      this.#end(this.#remark === undefined ? cutOff() : this.#failureOf(this.#remark));
      return;
    }
    try {
      this.#thinking.end((type, text) => this.#emit(type, text));
      this.#calls?.check();
    } catch (error) {
      this.#end(error instanceof ModelError ? error : garbage("", error));
      return;
    }
    const { model, newId } = this.options;
    const calls = this.#calls?.complete(newId, this.#opaqueState()) ?? [];
    this.parts.push(...calls);
    const data = this.#opaque?.state;
    this.parts.push({
      type: "finish",
      reason: reasonOf(this.#finish, calls.length),
      usage: this.#usageSoFar(),
      ...(data && { opaque: { model, data } }),
    });
    this.over = true;
  }

  cut(cause: unknown): void {
    this.#end(cutOff(cause));
  }

  exceed(what: string): void {
    this.#end(tooMuch(what));
  }

  /** Sets what a failed call has cost, as far as it has been read. */
  #charge(failure: unknown): void {
    if (!(failure instanceof ModelError) || (this.emitted === 0 && (this.#usage?.isEmpty ?? true))) return;
    failure.usage ??= this.#usageSoFar();
  }

  #usageSoFar(): Usage {
    return (this.#usage ?? new UsageReport()).usage(this.options.request, this.#meter.tokens);
  }

  #opaqueState(): ChatOpaque {
    this.#opaque ??= new ChatOpaque();
    return this.#opaque;
  }

  #callsSoFar(): ChatCalls {
    this.#calls ??= new ChatCalls(this.#meter);
    return this.#calls;
  }

  /** Takes data as what it is known to be. Without a callback, because each token comes this way. */
  #parse(data: string, as: "part" | "error" | "whole"): void {
    try {
      const excess = new JsonBounds().excess(data);
      if (excess !== null) this.#end(tooMuch(`holds an event with ${excess}`));
      else if (as === "part") this.#readPart(data);
      else if (as === "whole") this.#readWhole(JSON.parse(data));
      else this.#readError(JSON.parse(data) as Chunk);
    } catch (error) {
      // Invalid JSON, or JSON of another shape: null where an object should be, a number for a list.
      this.#end(error instanceof ModelError ? error : garbage(data, error));
    }
  }

  #readPart(data: string): void {
    const chunk = JSON.parse(data) as Chunk;
    this.#read(chunk);
    // Once thoughts can no longer come, text is text.
    if (!this.#thinking.isText || this.over) return;
    this.#repeated ??= new RepeatedChunk();
    this.#repeated.learn(data, chunk);
  }

  /** Takes the text of a chunk that says nothing else. */
  #takeText(text: string): void {
    try {
      this.#emit("text", text);
    } catch (error) {
      this.#end(error instanceof ModelError ? error : garbage(text, error));
    }
  }

  #end(failure: ModelError): void {
    this.failure ??= failure;
    this.#charge(this.failure);
    this.over = true;
  }

  #failureOf(report: unknown): ModelError {
    return failureOfReport(report, this.options.failureContext);
  }

  #readError(value: Chunk): void {
    this.#end(this.#failureOf(reportIn(value) ?? value));
  }

  #readWhole(value: unknown): void {
    const whole = (Array.isArray(value) ? value[0] : value) as Chunk;
    this.#read(whole);
    if (!whole.choices?.[0]) this.#end(this.#failureOf(whole));
    // It has arrived whole, so that it is complete without a word for it.
    this.#finish ??= "stop";
  }

  #read(chunk: Chunk): void {
    const usage = chunk.usage ?? chunk.x_groq?.usage;
    if (usage) this.#readUsage(usage);
    const report = reportIn(chunk);
    if (report !== undefined) {
      this.#end(this.#failureOf(report));
      return;
    }
    const choice = chunk.choices?.[0];
    if (choice) this.#readChoice(choice);
    else if (Array.isArray(chunk)) this.#read(chunk[0] as Chunk);
    else if (chunk.choices === undefined && mayReport(chunk)) this.#remark = chunk;
  }

  #readChoice(choice: Choice): void {
    if (choice.usage) this.#readUsage(choice.usage);
    if (choice.error && hasContent(choice.error)) {
      this.#end(this.#failureOf(choice.error));
      return;
    }
    if (choice.delta) {
      this.#readDelta(choice.delta);
      if (!this.#hasDeltas) this.#hasDeltas = this.emitted > 0;
    } else if (choice.message && !this.#hasDeltas) this.#readDelta(choice.message);
    if (typeof choice.finish_reason === "string") this.#readFinish(choice.finish_reason);
  }

  #readUsage(usage: unknown): void {
    if (!isRecord(usage)) return;
    this.#usage ??= new UsageReport();
    this.#usage.read(chatCounts(usage));
  }

  #readDelta(delta: Delta): void {
    for (const name in delta)
      if (name !== "content" && !READ.has(name)) this.#opaqueState().addField(name, delta[name as keyof Delta]);
    const reasoning = delta.reasoning_content || delta.reasoning;
    if (reasoning) this.#emit("reasoning", reasoning);
    if (Array.isArray(delta.content)) for (const part of delta.content) this.#readContentPart(part);
    else this.#readText(delta.content);
    if (delta.refusal) this.#end(refusal(new ProviderError("Refused", delta.refusal)));
    if (delta.tool_calls) this.#callsSoFar().read(delta.tool_calls);
    else if (delta.function_call) this.#callsSoFar().readLegacy(delta.function_call);
  }

  #readContentPart(part: ContentPart): void {
    if (part.type === "text") this.#readText(part.text);
    if (part.type === "thinking" && Array.isArray(part.thinking)) {
      for (const thought of part.thinking as readonly ContentPart[]) this.#emit("reasoning", thought.text);
    }
  }

  #readText(delta: unknown): void {
    if (typeof delta !== "string" || delta === "") return;
    if (this.#thinking.isText) this.#emit("text", delta);
    else this.#thinking.push(delta, (type, text) => this.#emit(type, text));
  }

  #emit(type: "text" | "reasoning", delta: unknown): void {
    if (typeof delta !== "string" || delta === "") return;
    this.#meter.countText(type, delta);
    if (delta.length <= MAX_DELTA) this.parts.push({ type, delta });
    else for (const piece of splitDelta(delta)) this.parts.push({ type, delta: piece });
  }

  #readFinish(word: string): void {
    const finish = readFinish(word);
    if (finish instanceof ModelError) this.#end(finish);
    else if (finish !== null) this.#finish = finish;
  }
}

/** The fields of a delta that are no opaque state: a message is made of them anyway. */
const READ: ReadonlySet<string> = new Set(["content", "role", "refusal", "tool_calls", "function_call"]);

/** Ollama and others finish a call with "stop", and some finish without a call with "tool_calls". */
const reasonOf = (finish: FinishReason, calls: number): FinishReason => {
  if (finish === "length") return finish;
  return calls > 0 ? "tool_calls" : "stop";
};
