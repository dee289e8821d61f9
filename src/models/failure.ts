import { UnrequestedCoding } from "../upstream/coding.ts";
import { ModelError } from "./contract.ts";
import { ProviderError } from "./provider-error.ts";

/** The headers of a response, as `fetch` or the AI SDK provide them. */
export type HeaderReader = (name: string) => string | null | undefined;

/** A provider's answer when it is not a stream. */
export interface Refused {
  readonly status: number;
  readonly header: HeaderReader;
  /** The body as text, as far as it was read. */
  readonly body: string;
}

/** Where the failing call went, so that the error can name the remedy. */
export interface FailureContext {
  /** The environment variable that holds the provider's key. */
  readonly keyVariable: string;
  /** Milliseconds since the epoch: a `retry-after` may be a date. */
  now(): number;
}

/**
 * Returns the failure for an HTTP status. 408, 409, 429 and 5xx may pass; every other 4xx is permanent. A used-up quota
 * is a 429 too (OpenAI's `insufficient_quota`), and waiting does not restore it. Google reports a wrong key as a 400
 * with the reason `API_KEY_INVALID`. Azure's content filter is a 400 with the code `content_filter`.
 */
export const failureOfStatus = ({ status, header, body }: Refused, failureContext: FailureContext): ModelError => {
  const cause = new ProviderError(`HTTP ${status}`, body, status);
  const retryAfterMs = retryAfter(header, failureContext.now());
  if (status === 401 || status === 403 || body.includes("API_KEY_INVALID")) {
    const message = `The model service refused access (HTTP ${status}).`;
    const remedy = `Set ${failureContext.keyVariable} to a valid key.`;
    return new ModelError("model_unavailable", message, { retryable: false, isRecoverable: false, remedy, cause });
  }
  if (status === 429 && body.includes("insufficient_quota")) return quotaUsedUp(cause);
  if (status === 429) return limited({ retryAfterMs, cause });
  if (status === 400 && /"(content_filter|content_policy_violation)"/.test(body)) return refusal(cause);
  const retryable = status === 408 || status === 409 || status >= 500;
  // For any other status, a different result requires another key, model, address or request.
  return new ModelError("model_unavailable", sentenceOf(status), {
    retryable,
    isRecoverable: retryable,
    retryAfterMs,
    remedy: remedyOf(status),
    cause,
  });
};

/**
 * Returns the failure for an error that arrived inside a stream, after a 200. Its `code` may be an HTTP status as a
 * number (OpenRouter, Google; `statusCode` in the AI SDK), or its `type` or `status` a word (OpenAI, Anthropic). An
 * unknown word may pass: the provider had accepted the request.
 */
export const failureOfReport = (report: unknown, failureContext: FailureContext): ModelError => {
  const words = JSON.stringify(report) ?? "undefined";
  const status = numericCode(report);
  const cause = new ProviderError("Reported in the stream", words);
  if (words.includes("insufficient_quota")) return quotaUsedUp(cause);
  // It names no time to wait, as a status of 429 does: a call that follows at once would be limited as well.
  if (status === 429 || (status === undefined && LIMITED.test(words))) return limited({ retryable: false, cause });
  if (status !== undefined) return failureOfStatus({ status, header: () => undefined, body: words }, failureContext);
  if (/"(content_filter|content_policy_violation)"/.test(words)) return refusal(cause);
  if (cause.codes.some((code) => FINAL.has(code))) {
    const message = "The model service rejected the request after it had begun to answer.";
    return new ModelError("model_unavailable", message, { retryable: false, isRecoverable: false, cause });
  }
  return new ModelError("model_unavailable", "The model service failed in the middle of its answer.", {
    retryable: true,
    cause,
  });
};

const LIMITED = /rate.?limit|too.?many.?requests|resource.?exhausted|throttl/i;

/**
 * The words by which OpenAI, Anthropic and Google report what would be a status of 400, 401, 403, 404 or 413, in a
 * stream that had begun with 200.
 */
const FINAL: ReadonlySet<string> = new Set([
  "invalid_request_error",
  "authentication_error",
  "permission_error",
  "not_found_error",
  "request_too_large",
  "invalid_api_key",
  "model_not_found",
  "context_length_exceeded",
  "INVALID_ARGUMENT",
  "UNAUTHENTICATED",
  "PERMISSION_DENIED",
  "NOT_FOUND",
]);

/** No connection, or one that broke. */
export const unreachable = (cause: unknown): ModelError =>
  new ModelError("model_unavailable", "The model service could not be reached.", {
    retryable: true,
    remedy: "Check the base URL, that a server answers there, and the network or the proxy in between.",
    cause,
  });

/** What a request that could not be sent, or was not answered, failed with. A compressed response is answered so again. */
export const failureOfSend = (error: unknown): ModelError => {
  if (!(error instanceof UnrequestedCoding)) return unreachable(error);
  return new ModelError("model_unavailable", "The model service sent a response that cannot be read.", {
    retryable: false,
    isRecoverable: false,
    remedy:
      "The server compresses its answers, which the request did not allow. Turn compression off there, or in the proxy in front of it.",
    cause: error,
  });
};

/** The stream ended before the model had finished. */
export const cutOff = (cause?: unknown): ModelError =>
  new ModelError("model_unavailable", "The model's answer ended before it was complete.", { retryable: true, cause });

/** Data that does not follow the provider's protocol. `words` is what arrived. */
export const garbage = (words: string, cause?: unknown): ModelError =>
  new ModelError("model_unavailable", "The model service sent a response that cannot be parsed.", {
    retryable: true,
    // A parser's error quotes what arrived.
    cause: new ProviderError("Unreadable", cause === undefined ? words : `${words}\n${cause}`),
  });

/** Whether an answer is a page for people: no server of models speaks HTML. */
export const isWebPage = (contentType: string | null | undefined): boolean => /^text\/html\b/i.test(contentType ?? "");

/** A page where an answer was expected: another server is at the address, or a proxy's sign-in. */
export const webPage = (): ModelError =>
  new ModelError("model_unavailable", "The model service sent a response that cannot be parsed.", {
    retryable: false,
    isRecoverable: false,
    remedy: "It answered with a web page (text/html): check the base URL, and what stands in front of it.",
  });

/** The model, or the filter in front of it, declined. A retry would give the same result. */
export const refusal = (cause?: unknown): ModelError =>
  new ModelError("model_refused", "The model declined to answer this request.", { retryable: false, cause });

/**
 * Returns how long a response asks to wait, in milliseconds: `retry-after-ms` (OpenAI, Azure), else `retry-after` in
 * seconds or as an HTTP date (RFC 9110 §10.2.3). 0 for a date in the past; undefined for an invalid value.
 */
export const retryAfter = (header: HeaderReader, now: number): number | undefined => {
  const exact = duration(header("retry-after-ms"), 1);
  if (exact !== undefined) return exact;
  const text = header("retry-after");
  const seconds = duration(text, 1_000);
  if (seconds !== undefined || !text) return seconds;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};

const duration = (text: string | null | undefined, unit: number): number | undefined =>
  text && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Math.ceil(Number(text) * unit) : undefined;

const limited = (options: {
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly cause: unknown;
}): ModelError =>
  new ModelError("model_rate_limited", "The model service is limiting requests.", { retryable: true, ...options });

const quotaUsedUp = (cause: unknown): ModelError =>
  new ModelError("model_rate_limited", "The quota of the model account is used up.", { retryable: false, cause });

const sentenceOf = (status: number): string => {
  if (status >= 500 || status === 408 || status === 409) return `The model service failed (HTTP ${status}).`;
  if (status === 404 || status < 400) return `The model is not available (HTTP ${status}).`;
  return `The model service rejected the request (HTTP ${status}).`;
};

const remedyOf = (status: number): string | undefined => {
  if (status === 404) return "The server knows no such model or path: check the model's name and the base URL.";
  return status < 400 ? "The server redirects, which is not followed: set the final base URL." : undefined;
};

const STATUSES = ["statusCode", "status_code", "status", "code"] as const;

const numericCode = (report: unknown): number | undefined => {
  if (report === null || typeof report !== "object") return undefined;
  const fields = report as Readonly<Record<string, unknown>>;
  return STATUSES.map((name) => Number(fields[name])).find(
    (value) => Number.isInteger(value) && value >= 400 && value <= 599,
  );
};
