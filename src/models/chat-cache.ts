/** How a part of a message says that the prompt up to it should be cached, in Anthropic's terms. */
const MARK = { cache_control: { type: "ephemeral" } } as const;

interface Message {
  readonly role?: unknown;
  readonly content?: unknown;
}

/**
 * Marks what a provider should keep in its cache: the instructions, which the tools come before, and the conversation so
 * far. The next call begins with the same. A mark is on a part of the content, and none may be on a text without words.
 */
export const cacheMarked = (messages: readonly Message[]): readonly object[] =>
  messages.map((message, at) =>
    message.role === "system" || at === messages.length - 1
      ? { ...message, content: marked(message.content) }
      : message,
  );

const marked = (content: unknown): unknown => {
  const parts: unknown = typeof content === "string" ? [{ type: "text", text: content }] : content;
  if (!Array.isArray(parts)) return content;
  const at = parts.findLastIndex(hasWords);
  return at < 0 ? content : parts.with(at, { ...parts[at], ...MARK });
};

const hasWords = (part: { readonly text?: unknown }): boolean => typeof part.text === "string" && /\S/.test(part.text);
