import type { Answer } from "../dialects/contract.ts";
import { type ReachedLimit, RequestError, type RequestErrorCode } from "../domain/error.ts";
import { type UnreadableCode, UnreadableError } from "../domain/unreadable.ts";
import { ModelError } from "../models/contract.ts";
import { StoreError } from "../store/store-error.ts";

/** A refusal in a wire's own format. */
export class WordedRefusal extends Error {
  override readonly name = "WordedRefusal";
  constructor(
    readonly error: RequestError,
    readonly answer: Answer,
  ) {
    super(error.message, { cause: error });
  }
}

/** The one place where a refusal becomes an HTTP status. */
export const STATUS: Record<RequestErrorCode, number> = {
  malformed_json: 400,
  malformed_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  too_many_runs: 429,
  too_many_files: 429,
  rate_limited: 429,
  credit_exhausted: 429,
  busy: 503,
  draining: 503,
  store_unavailable: 503,
  model_unavailable: 503,
  identity_unavailable: 503,
  internal: 500,
};

export const statusOf = (error: RequestError): number => STATUS[error.code];

/** Turns any error into a refusal that may be shown. Details that are not meant for clients are only in its `cause`. */
export const requestErrorOf = (thrown: unknown): RequestError => {
  if (thrown instanceof RequestError) return thrown;
  if (thrown instanceof WordedRefusal) return thrown.error;
  if (thrown instanceof StoreError && thrown.code === "unavailable") {
    return new RequestError("store_unavailable", "The database is unavailable. Try again shortly.", {
      retryAfter: 5,
      cause: thrown,
    });
  }
  if (thrown instanceof UnreadableError) return unreadable(thrown);
  // From a model that a request itself uses, such as for embedding; a run has its own error for that.
  if (thrown instanceof ModelError) {
    return new RequestError("model_unavailable", thrown.message, { retryAfter: 30, cause: thrown });
  }
  return new RequestError("internal", "The server failed to answer.", { cause: thrown });
};

/** Seconds after which waiting files have usually been read. */
const BUSY_S = 10;

/** Whether the error only says that the client has left: nobody reads the response, and nothing went wrong here. */
export const isLeaving = (thrown: unknown, { signal }: Request): boolean => {
  if (!signal.aborted) return false;
  for (let cause = thrown; cause instanceof Error || cause === signal.reason; cause = (cause as Error).cause) {
    if (cause === signal.reason) return true;
  }
  return false;
};

const UNREADABLE: Record<UnreadableCode, RequestErrorCode> = {
  unsupported: "unsupported_media_type",
  too_large: "payload_too_large",
  encrypted: "invalid",
  malformed: "invalid",
  empty: "invalid",
  forbidden_address: "invalid",
  busy: "too_many_files",
  unreachable: "invalid",
};

/** Turns an unreadable document into a refusal; `path` is its field, such as `/file`. */
export const unreadable = ({ code, message, cause }: UnreadableError, path?: string): RequestError =>
  new RequestError(UNREADABLE[code], message, {
    details: path === undefined ? [] : [{ path, message }],
    ...(code === "busy" && { retryAfter: BUSY_S }),
    cause,
  });

/** Makes the response of a refusal, in the format of the common contract or of a wire. */
export const refusal = (error: RequestError, worded: Answer | null): Response => {
  const { code, message, details, retryAfter, limit } = error;
  const headers = new Headers({ "content-type": "application/json; charset=utf-8" });
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  if (limit !== undefined) for (const [name, value] of limitHeaders(limit, retryAfter ?? 0)) headers.set(name, value);
  if (code === "unauthorized") headers.set("www-authenticate", 'Bearer realm="yeoul"');
  const { status, body } = worded ?? { status: STATUS[code], body: { error: { code, message, details } } };
  return new Response(JSON.stringify(body), { status, headers });
};

/** draft-ietf-httpapi-ratelimit-headers-10: nothing is left for `resetS` seconds. */
const limitHeaders = (
  { name, quota, unit, windowMs }: ReachedLimit,
  resetS: number,
): readonly (readonly [name: string, value: string])[] => {
  const window = windowMs === null ? "" : `;w=${windowMs / 1000}`;
  return [
    ["ratelimit", `"${name}";r=0;t=${resetS}`],
    ["ratelimit-policy", `"${name}";q=${quota};qu="${unit}"${window}`],
  ];
};
