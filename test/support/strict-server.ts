import type { ModelMessage } from "../../src/models/contract.ts";

/**
 * Returns what the strictest server refuses in these messages; null when it takes them. It joins the rules of Mistral,
 * Gemma, Anthropic, Gemini and OpenAI, of which a thread must break none.
 */
export const refusalOf = (messages: readonly ModelMessage[], ends: "user" | "assistant"): string | null => {
  if (messages.length === 0) return null;
  if (messages[0]?.role !== "user") return "the first message is not the user's";
  const ids = new Set<string>();
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at] as ModelMessage;
    const next = messages[at + 1];
    if (message.role === "tool") return `message ${at} is a result without a call`;
    if (message.role === "user") {
      if (message.content.trim() === "" && message.images.length === 0) return `message ${at} is empty`;
      if (next !== undefined && next.role !== "assistant") return `message ${at + 1} is not the assistant's`;
      continue;
    }
    const { content, toolCalls } = message;
    if (content.trim() === "" && toolCalls.length === 0) return `message ${at} is empty`;
    if (content !== "" && content.trim() === "") return `message ${at} has blank text`;
    if (toolCalls.length === 0 && next !== undefined && next.role !== "user")
      return `message ${at + 1} is not the user's`;
    for (const { id, name } of toolCalls) {
      if (!/^[a-zA-Z0-9_-]{1,40}$/.test(id)) return `the id ${id} has other characters, or too many`;
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return `the name ${name} has other characters, or too many`;
      if (ids.has(id)) return `the id ${id} is not unique`;
      ids.add(id);
      const result = messages[++at];
      if (result?.role !== "tool" || result.toolCallId !== id) return `message ${at} is not the result of ${id}`;
      if (result.name !== name) return `the result of ${id} has another name`;
    }
    if (toolCalls.length > 0 && at + 1 < messages.length && messages[at + 1]?.role !== "assistant") {
      return `message ${at + 1} comes between results and the assistant's next text`;
    }
  }
  const last = messages.at(-1)?.role;
  if (ends === "assistant") return last === "assistant" ? null : "the last message is not the assistant's";
  return last === "user" || last === "tool" ? null : "the last message is the assistant's";
};
