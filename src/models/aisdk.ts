import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  SharedV4ProviderOptions,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { failureOfSdk } from "./aisdk-failure.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { adaptive } from "./capabilities/adapt.ts";
import type { Feature } from "./capabilities/feature.ts";
import { prefilled } from "./continuation.ts";
import type { Model, ModelContext, ModelPart, ModelRequest } from "./contract.ts";
import { cutOff, type FailureContext } from "./failure.ts";
import { forEachPart } from "./for-each-part.ts";
import type { ModelLogger } from "./logger.ts";
import { callOptions } from "./prompt.ts";
import { SdkAnswer } from "./sdk-answer.ts";
import { markedForCache, sdkSettings, settingsUsed } from "./sdk-settings.ts";

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
  /** Whether the provider lets a model go on with a last message of its own. Defaults to false. */
  readonly takesPrefill?: boolean;
  readonly logger: ModelLogger;
  check(context: ModelContext): Promise<void>;
}

type Finish = Extract<LanguageModelV4StreamPart, { type: "finish" }>;

/** How often an answer may pause. Each time a call is made that sends everything again. */
const MAX_PAUSES = 8;

/**
 * A model behind a provider of the AI SDK, called through `doStream`: the SDK handles the provider's protocol, and the
 * loop above it is ours. `streamText` would include that loop, at four times the CPU.
 */
export const aiSdkModel = (options: AiSdkOptions): Model => {
  const { id, logger, parallelToolCalls, cacheMark, takesPrefill = false } = options;
  const ignored = new IgnoredSettings(id, logger);
  return {
    id,
    answer: adaptive({
      id,
      logger,
      lacks: [
        ...when("parallel_tool_calls", parallelToolCalls === null),
        ...when("prompt_cache", cacheMark === null),
        ...when("prefill", !takesPrefill),
      ],
      used: (request, lacks) => ["prompt_cache", ...settingsUsed(request, lacks)],
      send: (request, context, onPart, lacks) =>
        forEachPart(partsOf(options, prefilled(request), context, { lacks, ignored }), onPart),
    }),
    check: (context) => options.check(context),
  };
};

const when = (feature: Feature, isLacking: boolean): readonly Feature[] => (isLacking ? [feature] : []);

/** Logs each setting once that a provider of the SDK leaves out by itself. */
class IgnoredSettings {
  readonly #logged = new Set<string>();

  constructor(
    private readonly model: string,
    private readonly logger: ModelLogger,
  ) {}

  logNew(warnings: readonly SharedV4Warning[]): void {
    for (const warning of warnings) {
      if (warning.type !== "unsupported" || this.#logged.has(warning.feature)) continue;
      this.#logged.add(warning.feature);
      this.logger.lacking({ model: this.model, feature: warning.feature, without: "it is left out" });
    }
  }
}

/** Returns the options of one call, in the provider's terms. */
const sdkCall = (
  { id, providerOptions, parallelToolCalls, cacheMark }: AiSdkOptions,
  request: ModelRequest,
  lacks: ReadonlySet<Feature>,
  signal: AbortSignal,
): LanguageModelV4CallOptions => {
  const options = { ...callOptions(id, request, signal), ...sdkSettings(request, lacks) };
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
  const abort = AbortSignal.any([signal, closing.signal]);
  const answer = new SdkAnswer(options.id);
  let sent = request;
  try {
    let call = sdkCall(options, request, lacks, abort);
    const model = open(boundedFetch(() => answer.emitted, failureContext));
    for (let pauses = 0; ; pauses++) {
      const { stream } = await model.doStream(call);
      const finish = yield* read(stream, { answer, signal, ignored });
      answer.count(finish, sent);
      if (finish.finishReason.raw !== PAUSED || answer.calls > 0) {
        yield* answer.finish(finish.finishReason);
        return;
      }
      if (pauses === MAX_PAUSES) throw cutOff(new Error(`Paused ${MAX_PAUSES} times`));
      sent = { ...request, messages: [...request.messages, answer.soFar()] };
      call = sdkCall(options, sent, lacks, abort);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const failure = failureOfSdk(error, failureContext);
    answer.charge(failure, sent);
    throw failure;
  } finally {
    closing.abort();
  }
}

/** Anthropic's word for an answer that it goes on with when it is sent back. */
const PAUSED = "pause_turn";

/** Reads one stream, and returns its end. */
async function* read(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  { answer, signal, ignored }: { answer: SdkAnswer; signal: AbortSignal; ignored: IgnoredSettings },
): AsyncGenerator<ModelPart, Finish, void> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    signal.throwIfAborted();
    if (done) throw cutOff();
    if (value.type === "finish") return value;
    if (value.type === "stream-start") ignored.logNew(value.warnings);
    yield* answer.take(value);
  }
}
