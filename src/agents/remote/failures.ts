import { ModelError } from "../../models/contract.ts";
import { ProviderError } from "../../models/provider-error.ts";
import { UnrequestedCoding } from "../../upstream/coding.ts";
import { NotConnected } from "../../upstream/not-connected.ts";

// A remote agent is to its run what a model is to others, and fails as one: `model_unavailable`, or
// `model_rate_limited`. Its own words are for the log alone.

const unavailable = (
  message: string,
  options: {
    readonly isRecoverable?: boolean;
    readonly retryable?: boolean;
    readonly remedy?: string;
    cause?: unknown;
  },
): ModelError => new ModelError("model_unavailable", message, { retryable: false, ...options });

/** Retryable when nothing was sent: any other request may have reached the agent, and would be made twice. */
export const failureOfSend = (cause: unknown): ModelError =>
  cause instanceof UnrequestedCoding
    ? unavailable("The agent sent a response that cannot be read.", {
        isRecoverable: false,
        remedy: "Turn compression off in its server, or in the proxy in front of it.",
        cause,
      })
    : unavailable("The agent could not be reached.", { retryable: cause instanceof NotConnected, cause });

/** The agent's server refused the request. `body` is the beginning of its answer. */
export const failureOfStatus = (status: number, body: string): ModelError => {
  const cause = new ProviderError(`HTTP ${status}`, body);
  if (status === 429) {
    return new ModelError("model_rate_limited", "The agent is limiting requests.", { retryable: false, cause });
  }
  if (status === 401 || status === 403) {
    const remedy = "Set the headers in the agent's file to what its server expects.";
    return unavailable(`The agent refused access (HTTP ${status}).`, { isRecoverable: false, remedy, cause });
  }
  if (status < 400) {
    const remedy = "Its server redirects, or answers without events: set the URL in the agent's file to the final one.";
    return unavailable(`The agent is not available (HTTP ${status}).`, { isRecoverable: false, remedy, cause });
  }
  if (status === 404) {
    const remedy = "Its server has no such path: check the URL in the agent's file.";
    return unavailable("The agent is not available (HTTP 404).", { isRecoverable: false, remedy, cause });
  }
  const mayPass = status >= 500 || status === 408 || status === 409;
  const message = mayPass ? "The agent failed" : "The agent rejected the request";
  return unavailable(`${message} (HTTP ${status}).`, { isRecoverable: mayPass, cause });
};

/** The response is something else than an event stream. `body` is its beginning. */
export const notEvents = (mediaType: string, body: string): ModelError =>
  unavailable("The agent did not answer with an event stream.", {
    isRecoverable: false,
    remedy: "Check that the URL in the agent's file is that of an AG-UI agent.",
    cause: new ProviderError(`Answered with ${mediaType === "" ? "no content-type" : mediaType.slice(0, 100)}`, body),
  });

/** The stream ended before the run did. */
export const cutOff = (cause?: unknown): ModelError =>
  unavailable("The agent's answer ended before it was complete.", { cause });

/** Data that is no event of the protocol. `words` is what arrived. */
export const unreadable = (words: string, cause: unknown): ModelError =>
  unavailable("The agent sent a response that cannot be parsed.", {
    cause: new ProviderError("Unreadable", `${words}\n${cause}`),
  });

/** The answer is larger than it may be. `what` completes "The answer …". */
export const tooMuch = (what: string): ModelError => unavailable(`The agent's answer ${what} and was cut off.`, {});

/** The agent says that it failed. */
export const reported = (words: string): ModelError =>
  unavailable("The agent failed in the middle of its answer.", {
    cause: new ProviderError("Reported by the agent", words),
  });

/** The agent stopped its run without an answer. */
export const stopped = (): ModelError => unavailable("The agent stopped before its answer was complete.", {});

export const idle = (ms: number): ModelError => unavailable(`The agent sent nothing for ${ms / 1000} s.`, {});
