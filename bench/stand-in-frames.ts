import { tokenText } from "./answer.ts";

/** How an answer looks on one wire. Every frame of a token is encoded once. */
export interface Frames {
  readonly begin: Uint8Array;
  token(index: number): Uint8Array;
  text(content: string): Uint8Array;
  /** What comes after the last of `tokens`. */
  end(tokens: number): Uint8Array;
}

const encoder = new TextEncoder();
const frames = (...values: readonly unknown[]): Uint8Array =>
  encoder.encode(
    values.map((value) => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`).join(""),
  );

/** Encodes the frame of each token when it is first sent. */
const cached = (text: (content: string) => Uint8Array): ((index: number) => Uint8Array) => {
  const encoded: Uint8Array[] = [];
  return (index) => (encoded[index] ??= text(tokenText(index)));
};

const HEAD = {
  id: "chatcmpl-stand-in",
  object: "chat.completion.chunk",
  created: 1_700_000_000,
  model: "stand-in",
} as const;
const chunk = (delta: Record<string, string>, finish: string | null = null) => ({
  ...HEAD,
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const chat = (content: string): Uint8Array => frames(chunk({ content }));

/** OpenAI's chat completions. */
export const chatFrames: Frames = {
  begin: frames(chunk({ role: "assistant", content: "" })),
  token: cached(chat),
  text: chat,
  end: (tokens) => {
    const usage = { prompt_tokens: 8, completion_tokens: tokens, total_tokens: 8 + tokens };
    return frames(chunk({}, "stop"), { ...HEAD, choices: [], usage }, "[DONE]");
  },
};

const content = (delta: string): Uint8Array => frames({ type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta });
const contentOf = cached(content);

/** A run of an AG-UI agent. */
export const agUiFrames = (threadId: string, runId: string): Frames => ({
  begin: frames(
    { type: "RUN_STARTED", threadId, runId },
    { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" },
  ),
  token: contentOf,
  text: content,
  end: (tokens) =>
    frames(
      { type: "TEXT_MESSAGE_END", messageId: "m" },
      { type: "RUN_FINISHED", threadId, runId, usage: [{ inputTokens: 8, outputTokens: tokens }] },
    ),
});
