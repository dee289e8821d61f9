import type { LanguageModelV4, LanguageModelV4StreamPart, SharedV4ProviderOptions } from "@ai-sdk/provider";
import { failureOfSdk } from "./aisdk-failure.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import type { FinishReason, Model, ModelContext, ModelPart, ModelRequest } from "./contract.ts";
import { cutOff, type FailureContext, refusal } from "./failure.ts";
import { forEachPart } from "./for-each-part.ts";
import { callOptions } from "./prompt.ts";
import { splitDelta } from "./split-delta.ts";
import { parseToolInput } from "./tool-input.ts";
import { usageOf } from "./usage.ts";

export interface AiSdkOptions {
  /** Such as `anthropic:claude-sonnet-4-5`. */
  readonly id: string;
  /** Opens the provider's model for one call, over a `fetch` that ends a response that emits nothing for long. */
  model(fetch: typeof globalThis.fetch): LanguageModelV4;
  readonly failureContext: FailureContext;
  /** Options specific to the provider, sent with every call. */
  readonly providerOptions: SharedV4ProviderOptions;
  check(context: ModelContext): Promise<void>;
}

type Finish = Extract<LanguageModelV4StreamPart, { type: "finish" }>;

/**
 * A model behind a provider of the AI SDK, called through `doStream`: the SDK handles the provider's protocol, and the
 * loop above it is ours. `streamText` would include that loop, at four times the CPU.
 */
export const aiSdkModel = (options: AiSdkOptions): Model => ({
  id: options.id,
  answer: (request, context, onPart) => forEachPart(partsOf(options, request, context), onPart),
  check: (context) => options.check(context),
});

async function* partsOf(
  { model: open, failureContext, providerOptions }: AiSdkOptions,
  request: ModelRequest,
  { signal }: ModelContext,
): AsyncGenerator<ModelPart, void, void> {
  // Some providers tee their stream, so cancelling one reader alone does not close the connection.
  const closing = new AbortController();
  signal.throwIfAborted();
  const options = callOptions(request, AbortSignal.any([signal, closing.signal]));
  let calls = 0;
  const meter = new AnswerMeter();
  // Providers send calls in pieces and then whole; some send them only whole.
  const partial = new AnswerMeter();
  try {
    const model = open(boundedFetch(() => meter.counted + partial.counted));
    const { stream } = await model.doStream({ ...options, providerOptions });
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) throw cutOff();
      switch (value.type) {
        case "text-delta":
          meter.countText("text", value.delta);
          for (const delta of splitDelta(value.delta)) yield { type: "text", delta };
          break;
        case "reasoning-delta":
          meter.countText("reasoning", value.delta);
          for (const delta of splitDelta(value.delta)) yield { type: "reasoning", delta };
          break;
        case "tool-input-start":
          partial.countCall();
          for (const text of [value.id, value.toolName]) partial.countArgument(text);
          break;
        case "tool-input-delta":
          partial.countArgument(value.delta);
          break;
        case "tool-call":
          calls++;
          meter.countCall();
          for (const text of [value.toolCallId, value.toolName, value.input]) meter.countArgument(text);
          meter.checkArguments(value.input);
          yield { type: "tool_call", id: value.toolCallId, name: value.toolName, input: parseToolInput(value.input) };
          break;
        case "error":
          throw value.error;
        case "finish":
          yield finishOf(value, calls);
          return;
      }
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : failureOfSdk(error, failureContext);
  } finally {
    closing.abort();
  }
}

const finishOf = ({ finishReason, usage }: Finish, calls: number): ModelPart => ({
  type: "finish",
  reason: reasonOf(finishReason, calls),
  usage: usageOf(usage.inputTokens.total, usage.outputTokens.total),
});

const reasonOf = ({ unified, raw }: Finish["finishReason"], calls: number): FinishReason => {
  switch (unified) {
    case "content-filter":
      throw refusal(new Error(`Finished with ${raw ?? unified}`));
    case "error":
    case "interrupted":
      throw cutOff(new Error(`Finished with ${raw ?? unified}`));
    case "length":
      return "length";
    case "tool-calls":
      return "tool_calls";
    default:
      return calls > 0 ? "tool_calls" : "stop";
  }
};
