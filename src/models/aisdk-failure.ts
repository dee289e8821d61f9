import {
  AISDKError,
  APICallError,
  EmptyResponseBodyError,
  InvalidResponseDataError,
  JSONParseError,
  TypeValidationError,
} from "@ai-sdk/provider";
import { UnrequestedCoding } from "../upstream/coding.ts";
import { ModelError } from "./contract.ts";
import {
  cutOff,
  type FailureContext,
  failureOfReport,
  failureOfSend,
  failureOfStatus,
  garbage,
  unreachable,
} from "./failure.ts";
import { ProviderError } from "./provider-error.ts";

/**
 * Converts an error that a provider of the AI SDK threw, or put into its stream as an error part. The SDK's own errors
 * carry the whole request, conversation included: only their message is stored.
 */
export const failureOfSdk = (error: unknown, failureContext: FailureContext): ModelError => {
  if (error instanceof ModelError) return error;
  if (error instanceof UnrequestedCoding) return failureOfSend(error);
  if (APICallError.isInstance(error)) return failureOfCall(error, failureContext);
  if (isUnreadable(error)) return garbage(error.message, error.cause);
  if (AISDKError.isInstance(error)) {
    const message = "The model cannot take this request.";
    return new ModelError("model_unavailable", message, {
      retryable: false,
      isRecoverable: false,
      cause: new ProviderError(error.name, error.message),
    });
  }
  // A connection that broke is a TypeError; a provider's report in its stream is a plain object.
  return error instanceof Error ? cutOff(quoted(error)) : failureOfReport(error, failureContext);
};

/** An error's message may be the provider's words. */
const quoted = (error: unknown): ProviderError =>
  new ProviderError(error instanceof Error ? error.name : "Broken off", String(error));

const isUnreadable = (error: unknown): error is AISDKError =>
  JSONParseError.isInstance(error) ||
  TypeValidationError.isInstance(error) ||
  InvalidResponseDataError.isInstance(error) ||
  EmptyResponseBodyError.isInstance(error);

const failureOfCall = (error: APICallError, failureContext: FailureContext): ModelError => {
  const { statusCode: status, responseHeaders: headers, responseBody } = error;
  // Our own bounds broke the stream before its first event.
  if (error.cause instanceof ModelError) return error.cause;
  if (status === undefined) return unreachable(new Error(error.message, { cause: error.cause }));
  // A 2xx whose body could not be read: it held something else, or the connection broke.
  if (status < 300)
    return isUnreadable(error.cause) ? garbage(error.message, error.cause) : cutOff(quoted(error.cause));
  return failureOfStatus(
    { status, header: (name) => headers?.[name], body: responseBody ?? error.message },
    failureContext,
  );
};
