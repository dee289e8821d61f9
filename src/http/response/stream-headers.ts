import type { View } from "../../dialects/contract.ts";

/** The headers of every stream's response, see the common contract. */
export const streamHeaders = (view: Omit<View, "locale" | "options">): Record<string, string> => ({
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  ...runHeaders(view),
});

/** The headers that identify the run. */
export const runHeaders = (view: Omit<View, "locale" | "options">): Record<string, string> => ({
  "x-trace-id": view.traceId,
  "x-run-id": view.runId,
  "x-thread-id": headerText(view.threadId),
});

/** A thread id may hold what a header cannot. It is then percent-encoded, as is one that looks percent-encoded. */
const headerText = (text: string): string => (/^[\x21-\x24\x26-\x7e]*$/.test(text) ? text : encodeURIComponent(text));

/** How long the value of `x-ignored` may be: a body may hold any number of fields. */
const MAX_IGNORED = 1024;

/** The header `x-ignored`: the fields of the body that were not read, percent-encoded, as far as there is room. */
export const ignoredHeader = (fields: readonly string[]): string => {
  let value = "";
  for (const field of fields) {
    const next = `${value === "" ? "" : ", "}${encodeURIComponent(field.toWellFormed())}`;
    if (value.length + next.length > MAX_IGNORED) return `${value}, ...`;
    value += next;
  }
  return value;
};
