import type { TSchema } from "@sinclair/typebox";
import { isRecoverable, type RunErrorCode } from "../domain/error.ts";
import type { Usage } from "../domain/run.ts";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The parsed JSON arguments; a string when the model wrote something that is no JSON (the tool's schema refuses it). */
  readonly input: unknown;
}

export type ModelMessage =
  | { readonly role: "user"; readonly content: string; readonly images: readonly string[] }
  | { readonly role: "assistant"; readonly content: string; readonly toolCalls: readonly ToolCall[] }
  | {
      readonly role: "tool";
      readonly toolCallId: string;
      readonly name: string;
      /** JSON-able, as the tool returned it. */
      readonly output: unknown;
      readonly isError: boolean;
    };

/** A tool as a model is told of it. `input` is a JSON Schema object. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly input: TSchema;
}

export interface ModelRequest {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolSpec[];
  /** Left out: the provider's default. */
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
}

export type FinishReason = "stop" | "length" | "tool_calls";

/**
 * What a model says. Any number of text, reasoning and tool_call parts, then exactly one finish, last. A tool call comes
 * whole, once its arguments are complete.
 */
export type ModelPart =
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "reasoning"; readonly delta: string }
  | ({ readonly type: "tool_call" } & ToolCall)
  | { readonly type: "finish"; readonly reason: FinishReason; readonly usage: Usage };

export interface ModelContext {
  /**
   * Aborting closes the call's connection at once. The call then rejects with the signal's reason, as soon as the listener that
   * it waits for, if it does, is done; nothing more is heard.
   */
  readonly signal: AbortSignal;
}

/**
 * Hears one part. What it returns, if anything, must be awaited before the next: the listener is behind. What it throws, or
 * rejects with, ends the call, its connection included, and is thrown by it.
 */
export type Hear = (part: ModelPart) => Promise<void> | undefined;

/**
 * A language model. `answer` makes one call, has each part heard as it comes, and resolves after the finish. Whatever goes
 * wrong in it is thrown as a ModelError (or the signal's reason, or what the listener threw), never anything else: a cut
 * stream, garbage on the wire and a refusal included. It never retries on its own: `withRetry` and `withFallback` do, around
 * it. A listener rather than an iterator: a token that is pulled through the rooms pays a promise or two in each.
 */
export interface Model {
  /** As it is configured, such as `openai:gpt-5` or `builtin`. */
  readonly id: string;
  answer(request: ModelRequest, context: ModelContext, hear: Hear): Promise<void>;
  /** Reaches the provider without spending a token; throws a ModelError that says what to mend. */
  check(context: ModelContext): Promise<void>;
}

/** A failed model call. `message` is fit to be shown; the provider's own words are only in `cause`, see `ProviderError`. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  /** Whether the same call may succeed when it is made again: 429, 5xx, a network that failed. */
  readonly retryable: boolean;
  /** Whether the same request may succeed later, by itself: not once the provider has refused key, model or request. */
  readonly isRecoverable: boolean;
  /** What the provider asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  constructor(
    readonly code: Extract<RunErrorCode, "model_unavailable" | "model_rate_limited" | "model_refused">,
    message: string,
    options: {
      readonly retryable: boolean;
      /** As the code has it unless told. */
      readonly isRecoverable?: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
    this.isRecoverable = options.isRecoverable ?? isRecoverable(code);
    this.retryAfterMs = options.retryAfterMs;
  }
}
