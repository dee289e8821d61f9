import type { View } from "../dialects/contract.ts";
import type { System } from "../domain/system.ts";
import type { Journal } from "../journal/journal.ts";
import type { Store } from "../store/contract.ts";
import { COME_BACK_FRAME, COMMENT_FRAME, encodeFrame, encodeId, type Frame } from "../wire/encode.ts";
import { type ByteStream, bytes, FixedStream, type StreamStep } from "./byte-stream.ts";

/** What streams are made of. */
export interface StreamParts {
  readonly journal: Journal;
  readonly store: Store;
  readonly system: System;
  readonly heartbeatMs: number;
  /** Something broke while a stream was under way: for the log. */
  broken(runId: string, error: unknown): void;
}

export const COMMENT: StreamStep = bytes(COMMENT_FRAME);
/** What precedes the end of a stream whose run goes on. */
export const COME_BACK: StreamStep = bytes(COME_BACK_FRAME);

/** What every stream's response says, see the common contract. */
export const streamHeaders = (view: Omit<View, "locale" | "options">): Record<string, string> => ({
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  ...runHeaders(view),
});

/** Where to find the run again. */
export const runHeaders = (view: Omit<View, "locale" | "options">): Record<string, string> => ({
  "x-trace-id": view.traceId,
  "x-run-id": view.runId,
  "x-thread-id": headerText(view.threadId),
});

/** A stream that has one thing to say. */
export const oneFrame = (frame: Frame): ByteStream => new FixedStream([COMMENT, bytes(encodeFrame(frame))]);

/** The same in a stream whose frames have ids. */
export const oneNamedFrame = (frame: Frame, id: string): ByteStream =>
  new FixedStream([namedComment(id), bytes(encodeFrame({ ...frame, id }))]);

/** How a stream opens whose frames have ids: a reader that is cut off before its first frame knows the run by then. */
export const namedComment = (id: string): StreamStep => bytes(COMMENT_FRAME + encodeId(id));

/** A thread id may hold what a header cannot: then it goes percent-encoded, as does one that would read like that. */
const headerText = (text: string): string => (/^[\x21-\x24\x26-\x7e]*$/.test(text) ? text : encodeURIComponent(text));
