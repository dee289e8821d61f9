import { isCompressed } from "../upstream/coding.ts";
import type { Body, Post, TextBody, UpstreamResponse } from "../upstream/contract.ts";
import { responseOf, upstreamFetch } from "../upstream/fetched.ts";
import type { ModelContext, ModelError } from "./contract.ts";
import { type FailureContext, failureOfSend, failureOfStatus } from "./failure.ts";

/** How much of an error's body is read, in characters. The error's code is near the start; the log needs no more. */
const MAX_ERROR_BODY = 16_384;
/** How long that may take, in milliseconds: the status alone is enough to continue. */
const ERROR_BODY_MS = 2_000;

export interface Call {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly failureContext: FailureContext;
}

/**
 * Posts JSON and returns the response when it is a 2xx. Any other is thrown as a ModelError, and an abort as its
 * reason.
 */
export const postJson = async (
  { url, headers, failureContext }: Call,
  body: Body,
  { signal }: ModelContext,
  post: Post,
): Promise<UpstreamResponse> => {
  const response = await answered(() => post({ url, headers, body, signal }), signal);
  if (response.status >= 200 && response.status < 300) return response;
  const failure = await failureOfResponse(response, failureContext);
  signal.throwIfAborted();
  throw failure;
};

/**
 * Requests a list of models: it costs nothing, and it requires the key. A server without such a list (404, 405) also
 * counts as reached. Throws as `postJson` does.
 */
export const reach = async ({ url, headers, failureContext }: Call, { signal }: ModelContext): Promise<void> => {
  const response = responseOf(await answered(() => upstreamFetch(url, { headers, signal }), signal));
  const { status } = response;
  const isReached = (status >= 200 && status < 300) || status === 404 || status === 405;
  if (!isReached) throw await failureOfResponse(response, failureContext);
  response.body.cancel();
};

const answered = async <R>(send: () => Promise<R>, signal: AbortSignal): Promise<R> => {
  try {
    return await send();
  } catch (error) {
    throw signal.aborted ? signal.reason : failureOfSend(error);
  }
};

const failureOfResponse = async (
  { status, header, body }: UpstreamResponse,
  failureContext: FailureContext,
): Promise<ModelError> => {
  if (!isCompressed(header("content-encoding")))
    return failureOfStatus({ status, header, body: await startOf(body) }, failureContext);
  body.cancel();
  return failureOfStatus({ status, header, body: "" }, failureContext);
};

/** Returns a body's first characters, or what has arrived of a body that breaks or does not end soon. */
export const startOf = (body: TextBody): Promise<string> =>
  new Promise((resolve) => {
    let start = "";
    const finish = () => {
      clearTimeout(timer);
      resolve(start);
    };
    const stop = () => {
      body.cancel();
      finish();
    };
    const timer = setTimeout(stop, ERROR_BODY_MS);
    const text = (piece: string) => {
      start += piece;
      if (start.length >= MAX_ERROR_BODY) stop();
    };
    body.pour({ text, end: finish, fail: finish });
  });
