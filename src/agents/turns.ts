import { MAX_IMAGES } from "../domain/image.ts";
import type { Remembered } from "../domain/message.ts";
import type { ModelMessage } from "../models/contract.ts";

/**
 * The conversation before this turn, as a model is told of it: all words, and of the pictures as many as may come with one
 * question, the newest. A message keeps all of its pictures or none.
 */
export const turnsOf = (history: readonly Remembered[]): readonly ModelMessage[] => {
  let left = MAX_IMAGES;
  const newestFirst = history.toReversed().map(({ role, content, images }): ModelMessage => {
    if (role === "assistant") return { role, content, toolCalls: [] };
    left -= images.length;
    return { role, content, images: left >= 0 ? images : [] };
  });
  return newestFirst.toReversed();
};
