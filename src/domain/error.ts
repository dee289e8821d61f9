import { type Static, Type } from "@sinclair/typebox";

/** Why a run failed. The contract closes this set. */
export const RunErrorCode = Type.Union([
  Type.Literal("model_unavailable"),
  Type.Literal("model_rate_limited"),
  Type.Literal("model_refused"),
  Type.Literal("timeout"),
  Type.Literal("cancelled"),
  Type.Literal("interrupted"),
  Type.Literal("credit_exhausted"),
  Type.Literal("tool_failed"),
  Type.Literal("store_unavailable"),
  Type.Literal("internal"),
]);
export type RunErrorCode = Static<typeof RunErrorCode>;

/** Codes after which the same request may succeed later, unless the failure itself says otherwise. */
const RECOVERABLE: ReadonlySet<RunErrorCode> = new Set([
  "model_unavailable",
  "model_rate_limited",
  "timeout",
  "interrupted",
  "store_unavailable",
]);
export const isRecoverable = (code: RunErrorCode): boolean => RECOVERABLE.has(code);

/**
 * A failure that ends a run. `message` is meant for people and is shown to clients: it holds no secret, no stack and no
 * upstream text. The real error goes into `cause`, which only the logger receives.
 */
export class RunError extends Error {
  override readonly name = "RunError";
  /** Whether the same request may succeed later. Defaults to what the code implies. */
  readonly isRecoverable: boolean;
  constructor(
    readonly code: RunErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly isRecoverable?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.isRecoverable = options.isRecoverable ?? isRecoverable(code);
  }
}

/** Why a request was refused before a run began. `http/refusal-status.ts` alone chooses the HTTP status of each. */
export type RequestErrorCode =
  | "malformed_json"
  | "malformed_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "timeout"
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "invalid"
  | "too_many_runs"
  | "too_many_files"
  | "rate_limited"
  | "credit_exhausted"
  | "busy"
  | "draining"
  | "store_unavailable"
  | "model_unavailable"
  | "identity_unavailable"
  | "internal";

export interface ErrorDetail {
  /** JSON pointer to the field, such as `/userId`. */
  readonly path: string;
  readonly message: string;
}

/** A limit that a user has reached, as the headers `RateLimit` and `RateLimit-Policy` report it. */
export interface ReachedLimit {
  /** A name of lower-case letters. */
  readonly name: string;
  readonly quota: number;
  /** The unit of the quota. */
  readonly unit: "requests" | "tokens" | "concurrent-requests";
  /** Null when the limit does not depend on time. */
  readonly windowMs: number | null;
}

/** The message for a missing field. */
export const IS_REQUIRED = "is required";

/** A request that cannot be served. `message` and `details` name the field and the remedy, never the rejected value. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly details: readonly ErrorDetail[];
  /** Seconds after which a retry makes sense; sent as `retry-after`. */
  readonly retryAfter: number | undefined;
  readonly limit: ReachedLimit | undefined;
  constructor(
    readonly code: RequestErrorCode,
    message: string,
    options: {
      readonly details?: readonly ErrorDetail[];
      readonly retryAfter?: number;
      readonly limit?: ReachedLimit;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.details = options.details ?? [];
    this.retryAfter = options.retryAfter;
    this.limit = options.limit;
  }
}
