import { MAX_IMAGES } from "../domain/image.ts";
import type { HistoryMessage } from "../domain/message.ts";
import type { ModelMessage } from "../models/contract.ts";

/**
 * Returns the conversation before this turn as model messages: all text, and the newest pictures, as many as may come
 * with one question. A message has all of its pictures or none.
 */
export const historyOf = (history: readonly HistoryMessage[]): readonly ModelMessage[] => {
  let left = MAX_IMAGES;
  const newestFirst = history.toReversed().map(({ role, content, images }): ModelMessage => {
    if (role === "assistant") return { role, content, toolCalls: [] };
    left -= images.length;
    return { role, content, images: left >= 0 ? images : [] };
  });
  return newestFirst.toReversed();
};

/** Returns the user's messages, oldest first. */
export const questionsIn = (history: readonly ModelMessage[]): readonly string[] =>
  history.flatMap((message) => (message.role === "user" ? [message.content] : []));
