import { expect } from "bun:test";
import type { EventSourceMessage } from "eventsource-parser";

/** A frame of /ask or /rag. */
export type AnswerFrame =
  | { readonly type: "token"; readonly content: string; readonly trace_id: string }
  | { readonly type: "sources"; readonly data: readonly Source[] }
  | { readonly type: "done"; readonly trace_id: string }
  | { readonly type: "error"; readonly message: string };

interface Source {
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The keys of each frame, in this exact order. */
const KEYS = {
  token: ["type", "content", "trace_id"],
  sources: ["type", "data"],
  done: ["type", "trace_id"],
  error: ["type", "message"],
};

/**
 * Reads frames of /ask and /rag, and checks each against the contract: no event name, compact JSON, its keys; ids on
 * all frames, as in a GET, or on none.
 */
export const answerFrames = (events: readonly EventSourceMessage[]): readonly AnswerFrame[] =>
  events.map(({ id, event, data }) => {
    expect(event).toBeUndefined();
    expect(id === undefined).toBe(events[0]?.id === undefined);
    if (id !== undefined) expect(id).toMatch(/^[0-9a-f-]{36}:\d+$/);
    const frame = JSON.parse(data) as AnswerFrame;
    expect(JSON.stringify(frame)).toBe(data);
    expect(Object.keys(frame)).toEqual(KEYS[frame.type]);
    return frame;
  });

export const textIn = (frames: readonly AnswerFrame[]): string =>
  frames.map((frame) => (frame.type === "token" ? frame.content : "")).join("");
