import type { View } from "../../dialects/contract.ts";

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

/** A thread id may hold what a header cannot: then it goes percent-encoded, as does one that would read like that. */
const headerText = (text: string): string => (/^[\x21-\x24\x26-\x7e]*$/.test(text) ? text : encodeURIComponent(text));
