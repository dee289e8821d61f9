import type { ModelMessage } from "../../models/contract.ts";
import type { Outcome } from "./explain/explain.ts";

/** The state of a conversation, as the built-in model reads it. */
export interface Conversation {
  /** The user's messages, newest first. */
  readonly questions: readonly string[];
  /** Pictures came with the newest message. */
  readonly isShown: boolean;
  /** The results of tool calls since the user's newest message, newest last. */
  readonly outcomes: readonly (Outcome & { readonly name: string })[];
}

export const conversationIn = (messages: readonly ModelMessage[]): Conversation => {
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const last = messages[lastUser];
  const isShown = last?.role === "user" && last.images.length > 0;
  const questions = messages.flatMap((message) => (message.role === "user" ? [message.content] : [])).reverse();
  const outcomes = messages
    .slice(lastUser + 1)
    .flatMap((message) =>
      message.role === "tool" ? [{ name: message.name, output: message.output, isError: message.isError }] : [],
    );
  return { questions, isShown, outcomes };
};
