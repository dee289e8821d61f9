import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  SharedV4ProviderOptions,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { failureOfSdk } from "./aisdk-failure.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { adaptive } from "./capabilities/adapt.ts";
import type { Feature } from "./capabilities/feature.ts";
import type { FinishReason, Model, ModelContext, ModelPart, ModelRequest } from "./contract.ts";
import { cutOff, type FailureContext, refusal } from "./failure.ts";
import { forEachPart } from "./for-each-part.ts";
import type { ModelLogger } from "./logger.ts";
import { callOptions } from "./prompt.ts";
import { markedForCache, sdkSettings, settingsUsed } from "./sdk-settings.ts";
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
  /** The option that allows several tool calls in one answer, or forbids it. Null when the provider has none. */
  readonly parallelToolCalls: ((isAllowed: boolean) => SharedV4ProviderOptions) | null;
  /** The option that marks a message for the provider's cache of prompts. Null when it needs no marks. */
  readonly cacheMark: SharedV4ProviderOptions | null;
  readonly logger: ModelLogger;
  check(context: ModelContext): Promise<void>;
}

type Finish = Extract<LanguageModelV4StreamPart, { type: "finish" }>;

/**
 * A model behind a provider of the AI SDK, called through `doStream`: the SDK handles the provider's protocol, and the
 * loop above it is ours. `streamText` would include that loop, at four times the CPU.
 */
export const aiSdkModel = (options: AiSdkOptions): Model => {
  const { id, logger, parallelToolCalls, cacheMark } = options;
  const ignored = new IgnoredSettings(id, logger);
  return {
    id,
    answer: adaptive({
      id,
      logger,
      lacks: [...when("parallel_tool_calls", parallelToolCalls === null), ...when("prompt_cache", cacheMark === null)],
      used: (request, lacks) => ["prompt_cache", ...settingsUsed(request, lacks)],
      send: (request, context, onPart, lacks) =>
        forEachPart(partsOf(options, request, context, { lacks, ignored }), onPart),
    }),
    check: (context) => options.check(context),
  };
};

const when = (feature: Feature, isLacking: boolean): readonly Feature[] => (isLacking ? [feature] : []);

/** Logs each setting once that a provider of the SDK leaves out by itself. */
class IgnoredSettings {
  readonly #told = new Set<string>();

  constructor(
    private readonly model: string,
    private readonly logger: ModelLogger,
  ) {}

  tell(warnings: readonly SharedV4Warning[]): void {
    for (const warning of warnings) {
      if (warning.type !== "unsupported" || this.#told.has(warning.feature)) continue;
      this.#told.add(warning.feature);
      this.logger.lacking({ model: this.model, feature: warning.feature, without: "it is left out" });
    }
  }
}

/** Returns the options of one call, in the provider's terms. */
const sdkCall = (
  { providerOptions, parallelToolCalls, cacheMark }: AiSdkOptions,
  request: ModelRequest,
  lacks: ReadonlySet<Feature>,
  signal: AbortSignal,
): LanguageModelV4CallOptions => {
  const options = { ...callOptions(request, signal), ...sdkSettings(request, lacks) };
  const isParallel = request.tools.length > 0 ? request.parallelToolCalls : undefined;
  const own = isParallel === undefined ? {} : (parallelToolCalls?.(isParallel) ?? {});
  const names = new Set([...Object.keys(providerOptions), ...Object.keys(own)]);
  const merged = Object.fromEntries([...names].map((name) => [name, { ...providerOptions[name], ...own[name] }]));
  const marked = cacheMark === null || lacks.has("prompt_cache") ? options : markedForCache(options, cacheMark);
  return { ...marked, providerOptions: merged };
};

async function* partsOf(
  options: AiSdkOptions,
  request: ModelRequest,
  { signal }: ModelContext,
  { lacks, ignored }: { readonly lacks: ReadonlySet<Feature>; readonly ignored: IgnoredSettings },
): AsyncGenerator<ModelPart, void, void> {
  const { model: open, failureContext } = options;
  // Some providers tee their stream, so cancelling one reader alone does not close the connection.
  const closing = new AbortController();
  signal.throwIfAborted();
  const call = sdkCall(options, request, lacks, AbortSignal.any([signal, closing.signal]));
  let calls = 0;
  const meter = new AnswerMeter();
  // Providers send calls in pieces and then whole; some send them only whole.
  const partial = new AnswerMeter();
  try {
    const model = open(boundedFetch(() => meter.counted + partial.counted));
    const { stream } = await model.doStream(call);
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) throw cutOff();
      switch (value.type) {
        case "stream-start":
          ignored.tell(value.warnings);
          break;
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
