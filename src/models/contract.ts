import type { TSchema } from "@sinclair/typebox";
import { isRecoverable, type RunErrorCode } from "../domain/error.ts";
import type { ModelSettings } from "../domain/model-settings.ts";
import type { Usage } from "../domain/run.ts";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The parsed JSON arguments; a string when the model wrote invalid JSON (the tool's schema refuses it). */
  readonly input: unknown;
}

/**
 * What a provider sent with an answer and expects back with it on the next call: signatures, encrypted reasoning,
 * `reasoning_content`. Only the adapter that made it reads `data`, which is JSON. Sent back to the model of this id
 * alone, and never shown. It names the answer's tool calls by their position, if at all: their ids may be others when
 * it comes back in a later turn, because ids must be unique among all turns.
 */
export interface OpaqueState {
  /** `Model.id` of the model that answered. */
  readonly model: string;
  readonly data: unknown;
}

export type ModelMessage =
  | { readonly role: "user"; readonly content: string; readonly images: readonly string[] }
  | {
      readonly role: "assistant";
      readonly content: string;
      readonly toolCalls: readonly ToolCall[];
      readonly opaque?: OpaqueState | undefined;
    }
  | {
      readonly role: "tool";
      readonly toolCallId: string;
      readonly name: string;
      /** JSON-able, as the tool returned it. */
      readonly output: unknown;
      readonly isError: boolean;
    };

/** A tool's description for a model. `input` is a JSON Schema object. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly input: TSchema;
}

/** Whether a model must call a tool: `auto` leaves it to the model, `required` requires any, a name requires that one. */
type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

export interface ModelRequest extends ModelSettings {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolSpec[];
  /** Defaults to `auto`. */
  readonly toolChoice?: ToolChoice;
  /** False: at most one tool call in an answer. Defaults to the provider's own. */
  readonly parallelToolCalls?: boolean;
  /**
   * The beginning of the answer, which the user has already: the model goes on from exactly there, and the parts of its
   * answer are what follows. Not empty.
   */
  readonly begun?: string;
  /** The answer is JSON of this schema, where the provider can hold the model to it. */
  readonly responseSchema?: { readonly name: string; readonly schema: TSchema };
}

export type FinishReason = "stop" | "length" | "tool_calls";

/**
 * A part of a model's answer. An answer is any number of text, reasoning and tool_call parts, then exactly one finish,
 * last. A tool call is one part, once its arguments are complete.
 */
export type ModelPart =
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "reasoning"; readonly delta: string }
  | ({ readonly type: "tool_call" } & ToolCall)
  | {
      readonly type: "finish";
      readonly reason: FinishReason;
      readonly usage: Usage;
      /** What the provider expects back with this answer. */
      readonly opaque?: OpaqueState | undefined;
    };

export interface ModelContext {
  /**
   * Aborting closes the call's connection at once. The call then rejects with the signal's reason, after any pending
   * callback has settled, and emits no more parts.
   */
  readonly signal: AbortSignal;
  /** The run that the call is made for, as log lines name it. Absent: none. */
  readonly runId?: string;
}

/**
 * Receives one part. A returned promise must be awaited before the next part: it is back-pressure. If the callback
 * throws or rejects, the call ends with its connection, and throws the same error.
 */
export type OnPart = (part: ModelPart) => Promise<void> | undefined;

/**
 * A language model. `answer` makes one call, pushes each part to a callback as it arrives, and resolves after the
 * finish. Every failure, including a cut stream, garbage in the response and a refusal, is thrown as a ModelError (or
 * the signal's reason, or the callback's error), never anything else. It never retries on its own: `withRetry` and
 * `withFallback` do, around it. It uses a callback rather than an iterator, because an iterator costs each token a
 * promise or two in every layer that it passes through.
 */
export interface Model {
  /** As configured, such as `openai:gpt-5` or `builtin`. */
  readonly id: string;
  answer(request: ModelRequest, context: ModelContext, onPart: OnPart): Promise<void>;
  /** Reaches the provider without spending a token. Throws a ModelError, with the remedy. */
  check(context: ModelContext): Promise<void>;
}

/**
 * A failed model call. `message` is for users: it names no variable, key, model or address. The provider's own words
 * are only in `cause`, see `ProviderError`.
 */
export class ModelError extends Error {
  override readonly name = "ModelError";
  /** What the operator can do about it, in a sentence. For the log and `yeoul check` alone. */
  readonly remedy: string | undefined;
  /** Whether a retry of the same call may succeed: 429, 5xx, a network failure. */
  readonly retryable: boolean;
  /**
   * Whether the same request may succeed later, without a change: false once the provider has refused key, model or
   * request.
   */
  readonly isRecoverable: boolean;
  /** The delay that the provider asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What the call has cost all the same. Absent when it cost nothing, as far as is known. */
  usage?: Usage;
  /** The id of the model that failed, for the logger. `withRetry`, which is around every model, sets it. */
  model?: string;
  constructor(
    readonly code: Extract<RunErrorCode, "model_unavailable" | "model_rate_limited" | "model_refused">,
    message: string,
    options: {
      readonly retryable: boolean;
      /** Defaults to the value that `code` implies. */
      readonly isRecoverable?: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly remedy?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
    this.isRecoverable = options.isRecoverable ?? isRecoverable(code);
    this.retryAfterMs = options.retryAfterMs;
    this.remedy = options.remedy;
  }
}
