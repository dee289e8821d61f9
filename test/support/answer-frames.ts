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

/** In this order, and no other. */
const KEYS = {
  token: ["type", "content", "trace_id"],
  sources: ["type", "data"],
  done: ["type", "trace_id"],
  error: ["type", "message"],
};

/** Reads frames of /ask and /rag, and checks each against the contract: no event name, no id, compact JSON, its keys. */
export const answerFrames = (events: readonly EventSourceMessage[]): readonly AnswerFrame[] =>
  events.map(({ id, event, data }) => {
    expect([id, event]).toEqual([undefined, undefined]);
    const said = JSON.parse(data) as AnswerFrame;
    expect(JSON.stringify(said)).toBe(data);
    expect(Object.keys(said)).toEqual(KEYS[said.type]);
    return said;
  });

export const textIn = (frames: readonly AnswerFrame[]): string =>
  frames.map((frame) => (frame.type === "token" ? frame.content : "")).join("");
