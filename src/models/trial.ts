import { Type } from "@sinclair/typebox";
import type { Model, ModelRequest } from "./contract.ts";
import { isLimitReached } from "./empty-answer.ts";

/** OpenAI takes no smaller limit. The answer that is asked for has one token. */
const MAX_TOKENS = 16;

/** Uses what every agent uses: instructions, a tool, a stream with usage. */
const REQUEST: ModelRequest = {
  system: "Answer with the word OK and nothing else. Call no tool.",
  messages: [{ role: "user", content: "Are you there?", images: [] }],
  tools: [{ name: "note", description: "Takes a note. Never needed.", input: Type.Object({ text: Type.String() }) }],
  maxOutputTokens: MAX_TOKENS,
};

/**
 * Reaches a model and makes one real call, for an answer of one token. Throws the ModelError of either. An answer that
 * reaches its limit before its first word, as a reasoning model's does, is a success: the call was accepted.
 */
export const tryModel = async (model: Model, signal: AbortSignal): Promise<void> => {
  await model.check({ signal });
  try {
    await model.answer(REQUEST, { signal }, () => undefined);
  } catch (error) {
    if (!isLimitReached(error)) throw error;
  }
};
