import type { RunErrorCode } from "../domain/error.ts";
import type { Locale } from "../domain/run.ts";

type Texts = Readonly<Record<Locale, string>>;

/**
 * The messages that callers receive for a run's failure. For an unexpected one they learn only that the server failed;
 * the logger has the reason.
 */
export const FAILURE: Readonly<Record<RunErrorCode, Texts>> = {
  model_rate_limited: {
    en: "The model service is limiting requests. Please try again later.",
    ko: "모델 서비스가 요청 수를 제한하고 있습니다. 잠시 후 다시 시도해 주세요.",
  },
  model_unavailable: {
    en: "The model service failed to answer. Please try again later.",
    ko: "모델 서비스가 답하지 못했습니다. 잠시 후 다시 시도해 주세요.",
  },
  model_refused: {
    en: "The model declined to answer this question. Please put it in other words.",
    ko: "모델이 이 질문에 답하기를 거절했습니다. 다른 말로 물어봐 주세요.",
  },
  timeout: {
    en: "The answer took too long and was stopped. Please try again.",
    ko: "답변이 너무 오래 걸려 멈췄습니다. 다시 시도해 주세요.",
  },
  cancelled: { en: "The answer was cancelled.", ko: "답변이 취소되었습니다." },
  interrupted: {
    en: "The service was restarted before the answer was complete. Please ask again.",
    ko: "답변이 끝나기 전에 서비스가 다시 시작되었습니다. 다시 질문해 주세요.",
  },
  credit_exhausted: { en: "The credits are used up.", ko: "크레딧을 모두 썼습니다." },
  tool_failed: {
    en: "A tool that the answer needed has failed. Please try again.",
    ko: "답변에 필요한 도구가 작동하지 않았습니다. 다시 시도해 주세요.",
  },
  store_unavailable: {
    en: "The service cannot keep answers at the moment. Please try again shortly.",
    ko: "지금은 답변을 저장할 수 없습니다. 잠시 후 다시 시도해 주세요.",
  },
  internal: { en: "The server failed.", ko: "서버에 오류가 발생했습니다." },
};

export const NO_QUESTION: Texts = { en: "Please ask a question.", ko: "질문을 입력해 주세요." };
