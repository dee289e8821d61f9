import { type Fields, optionalText, recordsIn } from "./fields.ts";
import type { RemoteRun } from "./remote-run.ts";
import { toolOutput } from "./tool-output.ts";

/**
 * Takes from a snapshot of the messages the results of calls that had none: some frameworks send them in no other event.
 */
export const takeResults = (event: Fields, { calls }: RemoteRun): void => {
  for (const message of recordsIn(event, "messages")) {
    const key = optionalText(message, "toolCallId");
    if (message.role !== "tool" || key === undefined || !calls.isUnanswered(key)) continue;
    calls.result(key, toolOutput(message.content), optionalText(message, "error") !== undefined);
  }
};

/**
 * Returns what the assistant says after the message `questionId`, for a run that streams no text. Nothing when the
 * snapshot lacks that message: old and new messages could not be distinguished.
 */
export const answersIn = (event: Fields, questionId: string): readonly string[] => {
  const messages = recordsIn(event, "messages");
  const question = messages.findLastIndex(({ id }) => id === questionId);
  if (question < 0) return [];
  return messages
    .slice(question + 1)
    .flatMap((message) => (message.role === "assistant" ? (optionalText(message, "content") ?? []) : []))
    .filter((text) => text !== "");
};
