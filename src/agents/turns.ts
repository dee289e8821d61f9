import type { Message } from "../domain/message.ts";
import type { ModelMessage } from "../models/contract.ts";

/** The conversation before this turn, as a model is told of it. */
export const turnsOf = (history: readonly Message[]): readonly ModelMessage[] =>
  history.map(({ role, content }) =>
    role === "user" ? { role, content, images: [] } : { role, content, toolCalls: [] },
  );
