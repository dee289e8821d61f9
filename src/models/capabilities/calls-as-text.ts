import type { ModelMessage } from "../contract.ts";

/** Rewrites the calls of the messages that `isRewritten` picks, and their results, as text. Roles still alternate. */
export const callsAsText = (
  messages: readonly ModelMessage[],
  isRewritten: (message: ModelMessage) => boolean,
): readonly ModelMessage[] => {
  const written: ModelMessage[] = [];
  let isAfterResult = false;
  let isText = false;
  for (const message of messages) {
    const last = written.at(-1);
    if (message.role !== "tool") isText = isRewritten(message);
    if (!isText) written.push(message);
    else if (message.role === "tool") {
      const content = `Result of ${message.name}: ${JSON.stringify(message.output ?? null)}`;
      // Results of calls that were made together are one message.
      if (last !== undefined && last.role === "user" && isAfterResult)
        written[written.length - 1] = { ...last, content: `${last.content}\n${content}` };
      else written.push({ role: "user", content, images: [] });
    } else if (message.role === "assistant" && message.toolCalls.length > 0) {
      const calls = message.toolCalls.map(({ name, input }) => `I call ${name} with ${JSON.stringify(input)}.`);
      written.push({
        role: "assistant",
        content: [message.content, ...calls].filter(Boolean).join("\n"),
        toolCalls: [],
      });
    } else written.push(message);
    isAfterResult = message.role === "tool";
  }
  return written;
};
