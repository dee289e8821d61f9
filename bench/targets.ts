/** Who is measured, and how a client speaks to each. */
export type TargetName = "floor" | "streamText" | "yeoul";
export const TARGETS: readonly TargetName[] = ["floor", "streamText", "yeoul"];

export interface Wire {
  readonly path: string;
  body(user: string, message: string): string;
  /** Stands in the last frame of a stream that ended well, and in no other. */
  readonly ending: string;
  /** The piece of the answer in one frame's `data`; empty when it holds none. */
  delta(event: string | undefined, data: string): string;
}

const streamV2: Wire = {
  path: "/stream/v2",
  body: (userId, message) => JSON.stringify({ message, userId, threadId: null }),
  ending: "event: run.completed\n",
  delta: (event, data) => (event === "llm.token.delta" ? (JSON.parse(data) as { delta: string }).delta : ""),
};

const uiMessages: Wire = {
  path: "/api/chat",
  body: (id, text) => JSON.stringify({ id, messages: [{ id: "1", role: "user", parts: [{ type: "text", text }] }] }),
  ending: "data: [DONE]\n",
  delta: (_event, data) => {
    if (data === "[DONE]") return "";
    const part = JSON.parse(data) as { type: string; delta?: string };
    return part.type === "text-delta" ? (part.delta ?? "") : "";
  },
};

export const WIRES: Readonly<Record<TargetName, Wire>> = { floor: streamV2, streamText: uiMessages, yeoul: streamV2 };

/** The question that makes the stand-in give this answer, whoever relays it. */
export const question = (answerName: string): string => `Hello there, please answer as ${answerName}.`;
