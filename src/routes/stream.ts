import type { Dialect, View } from "../dialects/contract.ts";
import type { LiveRun } from "../runs/live.ts";
import { COMMENT_FRAME } from "../wire/encode.ts";
import { RunReader, type StreamParts } from "./run-reader.ts";

const utf8 = new TextEncoder();
const COMMENT = utf8.encode(COMMENT_FRAME);

/** What every stream's response says, see the common contract. */
export const streamHeaders = (view: Omit<View, "locale">): Record<string, string> => ({
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  "x-trace-id": view.traceId,
  "x-run-id": view.runId,
  "x-thread-id": headerText(view.threadId),
});

/** A thread id may hold what a header cannot: then it goes percent-encoded, as does one that would read like that. */
const headerText = (text: string): string => (/^[\x21-\x24\x26-\x7e]*$/.test(text) ? text : encodeURIComponent(text));

/**
 * A run as bytes of a dialect: a comment at once, then its frames as they are kept, a comment whenever it has been quiet,
 * and exactly one terminal frame. Ends early, without one, only when the reader is gone (`signal`). Never throws.
 */
export async function* runStream(
  dialect: Dialect,
  live: LiveRun,
  view: View,
  signal: AbortSignal,
  parts: StreamParts,
): AsyncGenerator<Uint8Array, void, void> {
  yield COMMENT;
  const reader = new RunReader(dialect, live, view, signal, parts);
  try {
    for (;;) {
      const text = await reader.next();
      if (text === null) return;
      yield text === COMMENT_FRAME ? COMMENT : utf8.encode(text);
    }
  } finally {
    reader.leave();
  }
}
