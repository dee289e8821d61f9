import type { System } from "../../domain/system.ts";
import { ModelError } from "../../models/contract.ts";
import { startOf } from "../../models/http.ts";
import { retryDelay } from "../../models/retry.ts";
import { isCompressed } from "../../upstream/coding.ts";
import type { Post, TextBody, UpstreamRequest, UpstreamResponse } from "../../upstream/contract.ts";
import { failureOfSend, failureOfStatus, notEvents } from "./failures.ts";

interface ConnectParts {
  readonly post: Post;
  readonly system: System;
  /** Hears of a connection that failed and is tried again. */
  onRetry(attempt: number, error: ModelError): void;
}

/**
 * Sends a request and returns the body of the response, which is an event stream. Tries again up to 3 times, as a model
 * is, but only while nothing was sent. Throws a ModelError, or the signal's reason once it has aborted.
 */
export const connect = async (request: UpstreamRequest, parts: ConnectParts): Promise<TextBody> => {
  const { signal } = request;
  for (let attempt = 1; ; attempt++) {
    try {
      return await eventsOf(await parts.post(request));
    } catch (thrown) {
      signal.throwIfAborted();
      const error = thrown instanceof ModelError ? thrown : failureOfSend(thrown);
      const delayMs = retryDelay(attempt, error, parts.system.random());
      if (delayMs === null) throw error;
      parts.onRetry(attempt, error);
      await parts.system.sleep(delayMs, signal);
    }
  }
};

const eventsOf = async ({ status, header, body }: UpstreamResponse): Promise<TextBody> => {
  const mediaType = (header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const hasEvents = mediaType === "text/event-stream";
  if (status === 200 && hasEvents) return body;
  let words = "";
  if (isCompressed(header("content-encoding"))) body.cancel();
  else words = await startOf(body);
  throw status === 200 ? notEvents(mediaType, words) : failureOfStatus(status, words);
};
