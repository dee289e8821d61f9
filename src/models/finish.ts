import { type FinishReason, ModelError } from "./contract.ts";
import { cutOff, refusal } from "./failure.ts";

/**
 * What a provider's word for the end of an answer means: a reason to finish, the failure that it states, or null when it
 * states nothing yet. Providers have many words (`SAFETY`, `content-filter`, `network_error`, `model_length`), and new
 * ones come, so what counts is what they are made of. A word that names neither a failure nor a limit is a stop.
 */
export const readFinish = (word: string): FinishReason | ModelError | null => {
  const words = word.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  if (NOTHING.test(words)) return null;
  const cause = new Error(`finish_reason ${word.slice(0, 64)}`);
  if (DECLINED.test(words)) return refusal(cause);
  if (TOO_LONG.test(words)) return tooLong(cause);
  if (FAILED.test(words)) return cutOff(cause);
  if (STOPPED.test(words)) return "stop";
  if (LIMITED.test(words)) return "length";
  return CALLED.test(words) ? "tool_calls" : "stop";
};

/** Some servers put this into every chunk but the last. */
const NOTHING = /^\W*(?:null|none)?\W*$/;
const DECLINED = /filter|safety|recitation|block|prohibit|spii|sensitive|refus|toxic|guardrail|moderat|policy|violat/;
const TOO_LONG = /context_?(?:window|length)_exceeded/;
const FAILED =
  /error|fail|abort|cancel|interrupt|time_?out|overload|unavailable|insufficient|malformed|unexpected|invalid|missing|too_many|network|disconnect|incomplete|pause|^other$|unspecified|^unknown$/;
/** Before the limits, because of `eos_token` and `stop_token`. */
const STOPPED = /^(?:stop|eos|end)/;
const LIMITED = /length|limit|max|token|truncat|continuation/;
const CALLED = /tool|function/;

/** The conversation does not fit the model's context window, nor will it if it is sent again. */
const tooLong = (cause: unknown): ModelError =>
  new ModelError("model_unavailable", "The conversation is too long for the model.", {
    retryable: false,
    isRecoverable: false,
    cause,
  });
