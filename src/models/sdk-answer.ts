import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { addUsage, NO_USAGE, type Usage } from "../domain/run.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { type FinishReason, ModelError, type ModelMessage, type ModelPart, type ModelRequest } from "./contract.ts";
import { cutOff, refusal } from "./failure.ts";
import { readFinish } from "./finish.ts";
import { SdkState } from "./sdk-state.ts";
import { splitDelta } from "./split-delta.ts";
import { DEFAULT_THINKING_TAGS, ThinkingSplitter } from "./thinking-tags.ts";
import { parseToolInput } from "./tool-input.ts";
import { UsageReport } from "./usage.ts";

type Finish = Extract<LanguageModelV4StreamPart, { type: "finish" }>;

/** Puts one answer together from the parts of the SDK's streams: one, or several where the provider pauses. */
export class SdkAnswer {
  /** How many tools of ours are called. */
  calls = 0;
  /** All text so far, which a paused answer goes on from. */
  #text = "";
  #parts: ModelPart[] = [];
  #usage: Usage = NO_USAGE;
  /** Estimated tokens of the streams that have ended. */
  #counted = 0;
  readonly #state = new SdkState();
  readonly #meter = new AnswerMeter();
  /** Providers send calls in pieces and then whole; some send them only whole. */
  readonly #partial = new AnswerMeter();
  readonly #thinking = new ThinkingSplitter(DEFAULT_THINKING_TAGS);

  /** `model` is `Model.id`, to which the opaque state belongs. */
  constructor(private readonly model: string) {}

  /** How much has been emitted; unchanged when nothing was. */
  get emitted(): number {
    return this.#meter.counted + this.#partial.counted;
  }

  /** Returns what a part of the SDK's emits. Throws the error that it reports, and a ModelError past a bound. */
  take(part: LanguageModelV4StreamPart): readonly ModelPart[] {
    switch (part.type) {
      case "text-start":
        this.#state.begin("text", part.id, part.providerMetadata);
        break;
      case "reasoning-start":
        this.#state.begin("reasoning", part.id, part.providerMetadata);
        break;
      case "text-end":
      case "reasoning-end":
        this.#state.goOn(part.id, "", part.providerMetadata);
        break;
      case "text-delta":
        this.#state.goOn(part.id, part.delta, part.providerMetadata);
        if (this.#thinking.isText) this.#emit("text", part.delta);
        else this.#thinking.push(part.delta, this.#emit);
        break;
      case "reasoning-delta":
        this.#state.goOn(part.id, part.delta, part.providerMetadata);
        this.#emit("reasoning", part.delta);
        break;
      case "tool-input-start":
        this.#partial.countCall();
        for (const text of [part.id, part.toolName]) this.#partial.countArgument(text);
        break;
      case "tool-input-delta":
        this.#partial.countArgument(part.delta);
        break;
      case "tool-call":
        this.#call(part);
        break;
      case "error":
        throw part.error;
    }
    return this.#taken();
  }

  /** Counts a stream that has ended, which answered `request`. */
  count({ usage: { inputTokens, outputTokens } }: Finish, request: ModelRequest): void {
    const report = new UsageReport();
    report.read({
      input: inputTokens.total,
      output: outputTokens.total,
      cached: inputTokens.cacheRead,
      reasoning: outputTokens.reasoning,
    });
    this.#usage = addUsage(this.#usage, report.usage(request, this.#uncounted));
    this.#counted = this.#meter.tokens;
  }

  /** Returns the last parts. Throws a ModelError when the provider's reason to end is a failure. */
  finish(ending: LanguageModelV4FinishReason): readonly ModelPart[] {
    this.#thinking.end(this.#emit);
    const data = this.#state.data;
    this.#parts.push({
      type: "finish",
      reason: reasonOf(ending, this.calls),
      usage: this.#usage,
      ...(data && { opaque: { model: this.model, data } }),
    });
    return this.#taken();
  }

  /** Returns the answer so far as a message, which the provider goes on with. */
  soFar(): ModelMessage {
    return {
      role: "assistant",
      content: this.#text,
      toolCalls: [],
      opaque: { model: this.model, data: this.#state.all },
    };
  }

  /** Sets what a failed call has cost, as far as it is known. */
  charge(failure: unknown, request: ModelRequest): void {
    if (!(failure instanceof ModelError) || this.emitted === 0) return;
    const rest = this.#uncounted > 0 ? new UsageReport().usage(request, this.#uncounted) : NO_USAGE;
    failure.usage ??= addUsage(this.#usage, rest);
  }

  get #uncounted(): number {
    return this.#meter.tokens - this.#counted;
  }

  #taken(): readonly ModelPart[] {
    const parts = this.#parts;
    if (parts.length > 0) this.#parts = [];
    return parts;
  }

  readonly #emit = (type: "text" | "reasoning", delta: string): void => {
    if (delta === "") return;
    this.#meter.countText(type, delta);
    if (type === "text") this.#text += delta;
    for (const piece of splitDelta(delta)) this.#parts.push({ type, delta: piece });
  };

  #call(call: Extract<LanguageModelV4StreamPart, { type: "tool-call" }>): void {
    // A tool of the provider's own, which it has run itself.
    if (call.providerExecuted) return;
    this.calls++;
    this.#meter.countCall();
    for (const text of [call.toolCallId, call.toolName, call.input]) this.#meter.countArgument(text);
    this.#meter.checkArguments(call.input);
    this.#state.call(call.providerMetadata);
    this.#parts.push({
      type: "tool_call",
      id: call.toolCallId,
      name: call.toolName,
      input: parseToolInput(call.input),
    });
  }
}

/** The provider's word counts, where the SDK passes it on: the SDK takes some failures for a stop. */
const reasonOf = ({ unified, raw }: LanguageModelV4FinishReason, calls: number): FinishReason => {
  const cause = new Error(`Finished with ${(raw ?? unified).slice(0, 64)}`);
  if (unified === "content-filter") throw refusal(cause);
  if (unified === "error" || unified === "interrupted") throw cutOff(cause);
  const read = raw === undefined ? null : readFinish(raw);
  if (read instanceof ModelError) throw read;
  if (read === null && unified === "other") throw cutOff(cause);
  if (unified === "length" || read === "length") return "length";
  return calls > 0 ? "tool_calls" : "stop";
};
