import type { ModelMessage } from "../contract.ts";

/** Tells the calls of the messages that `isTold` picks, and their results, as text. Roles still alternate. */
export const callsInWords = (
  messages: readonly ModelMessage[],
  isTold: (message: ModelMessage) => boolean,
): readonly ModelMessage[] => {
  const told: ModelMessage[] = [];
  let isAfterResult = false;
  let isInWords = false;
  for (const message of messages) {
    const last = told.at(-1);
    if (message.role !== "tool") isInWords = isTold(message);
    if (!isInWords) told.push(message);
    else if (message.role === "tool") {
      const content = `Result of ${message.name}: ${JSON.stringify(message.output ?? null)}`;
      // Results of calls that were made together are one message.
      if (last !== undefined && last.role === "user" && isAfterResult)
        told[told.length - 1] = { ...last, content: `${last.content}\n${content}` };
      else told.push({ role: "user", content, images: [] });
    } else if (message.role === "assistant" && message.toolCalls.length > 0) {
      const calls = message.toolCalls.map(({ name, input }) => `I call ${name} with ${JSON.stringify(input)}.`);
      told.push({ role: "assistant", content: [message.content, ...calls].filter(Boolean).join("\n"), toolCalls: [] });
    } else told.push(message);
    isAfterResult = message.role === "tool";
  }
  return told;
};
