import type { Answer } from "../dialects/contract.ts";
import { RequestError, type RequestErrorCode } from "../domain/error.ts";
import { StoreError } from "../store/contract.ts";

/** A refusal that a wire has worded itself. */
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
const STATUS: Record<RequestErrorCode, number> = {
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
  busy: 503,
  draining: 503,
  store_unavailable: 503,
  internal: 500,
};

export const statusOf = (error: RequestError): number => STATUS[error.code];

/** Whatever was thrown, as a refusal that may be shown. What is not meant for clients is only in its `cause`. */
export const requestErrorOf = (thrown: unknown): RequestError => {
  if (thrown instanceof RequestError) return thrown;
  if (thrown instanceof WordedRefusal) return thrown.error;
  if (thrown instanceof StoreError && thrown.code === "unavailable") {
    return new RequestError("store_unavailable", "The store is away. Try again shortly.", {
      retryAfter: 5,
      cause: thrown,
    });
  }
  return new RequestError("internal", "The server failed to answer.", { cause: thrown });
};

/** The refusal as the common contract words it, or as a wire does. */
export const refusal = (error: RequestError, worded: Answer | null): Response => {
  const { code, message, details, retryAfter } = error;
  const headers = new Headers({ "content-type": "application/json; charset=utf-8" });
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  if (code === "unauthorized") headers.set("www-authenticate", 'Bearer realm="yeoul"');
  const { status, body } = worded ?? { status: STATUS[code], body: { error: { code, message, details } } };
  return new Response(JSON.stringify(body), { status, headers });
};
