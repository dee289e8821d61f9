/** The measured servers, and the wire that a client uses with each. */
export type TargetName = "floor" | "streamText" | "yeoul";
export const TARGETS: readonly TargetName[] = ["floor", "streamText", "yeoul"];

export interface Wire {
  readonly path: string;
  /** `agent`: which of Yeoul's agents answers; undefined for the wire's own. */
  body(user: string, message: string, agent?: string): string;
  /** Occurs in the last frame of a successful stream and in no other frame. */
  readonly ending: string;
  /** Returns the delta in one frame's `data`; empty when it has none. */
  delta(event: string | undefined, data: string): string;
}

const streamV2: Wire = {
  path: "/stream/v2",
  body: (userId, message, agent) =>
    JSON.stringify({ message, userId, threadId: null, ...(agent !== undefined && { agentConfig: { agent } }) }),
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

/** Returns the question to which the stand-in gives this answer, on every wire. */
export const question = (answerName: string): string => `Hello there, please answer as ${answerName}.`;
