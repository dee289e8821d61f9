import type { Dialect, View } from "../dialects/contract.ts";
import { isRecoverable, RunError } from "../domain/error.ts";
import { isTerminal, type LogEvent } from "../domain/event.ts";
import type { System } from "../domain/system.ts";
import type { Journal } from "../journal/journal.ts";
import type { LiveRun } from "../runs/live.ts";
import { type Store, StoreError } from "../store/contract.ts";
import { COMMENT_FRAME, encodeFrame } from "../wire/encode.ts";

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

export interface StreamParts {
  readonly journal: Journal;
  readonly store: Store;
  readonly system: System;
  readonly heartbeatMs: number;
  /** Something broke while a stream was under way: for the log. */
  broken(runId: string, error: unknown): void;
}

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
  let ended: LogEvent | "ended" | undefined;
  try {
    const start = yield* untilStarted(live, signal, parts.heartbeatMs);
    if (start === "gone") return;
    ended =
      start === null
        ? unkept(live, reasonOf(live), parts.system.now())
        : yield* untilEnded(dialect, live, start, view, signal, parts);
  } catch (error) {
    parts.broken(live.runId, error);
    ended = unkept(live, failureOf(error), parts.system.now());
  }
  if (ended === undefined || ended === "ended") return;
  const frame = dialect.translate(ended, view);
  if (frame !== null) yield utf8.encode(encodeFrame(frame));
}

/** Waits while the thread is busy with an earlier turn. Returns where the run's events begin; null: it never will. */
async function* untilStarted(
  live: LiveRun,
  signal: AbortSignal,
  heartbeatMs: number,
): AsyncGenerator<Uint8Array, number | null | "gone", void> {
  const gone = new Promise<"gone">((resolve) => {
    signal.addEventListener("abort", () => resolve("gone"), { once: true });
  });
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quiet = new Promise<"quiet">((resolve) => {
      timer = setTimeout(resolve, heartbeatMs, "quiet");
    });
    const first = await Promise.race([live.started, gone, quiet]);
    clearTimeout(timer);
    if (first !== "quiet") return first;
    yield COMMENT;
  }
}

/** Returns `ended` after the terminal frame, an event to end with that nobody kept, or nothing when the reader is gone. */
async function* untilEnded(
  dialect: Dialect,
  live: LiveRun,
  start: number,
  view: View,
  signal: AbortSignal,
  { journal, store, system, heartbeatMs }: StreamParts,
): AsyncGenerator<Uint8Array, LogEvent | "ended" | undefined, void> {
  for await (const batch of journal.follow(live.threadKey, start, { signal, quietMs: heartbeatMs })) {
    if (batch.length === 0) {
      yield COMMENT;
      // Taken over by another replica, its end comes by way of the store; deleted with its thread, none ever will.
      if (live.hasEnded && (await store.runs.get(live.userId, live.runId)) === null)
        return unkept(live, CANCELLED, system.now());
      continue;
    }
    let text = "";
    let isOver = false;
    for (const event of batch) {
      if (event.runId !== live.runId) continue;
      const frame = dialect.translate(event, view);
      if (frame !== null) text += encodeFrame(frame);
      if (isTerminal(event.type)) {
        isOver = true;
        break;
      }
    }
    if (text !== "") yield utf8.encode(text);
    if (isOver) return "ended";
  }
  return undefined;
}

const AWAY = new RunError("store_unavailable", "The store is away; what was answered so far is kept.");
const FAILED = new RunError("internal", "The server failed to stream the answer.");
const CANCELLED = new RunError("cancelled", "The run was cancelled.");

const failureOf = (error: unknown): RunError =>
  error instanceof RunError ? error : error instanceof StoreError ? AWAY : FAILED;

/** Why a run never started here. */
const reasonOf = ({ signal }: LiveRun): RunError => (signal.reason instanceof RunError ? signal.reason : CANCELLED);

/** A terminal event of this stream alone: there is no place in the log for it. */
const unkept = (live: LiveRun, { code, message }: RunError, now: number): LogEvent => ({
  runId: live.runId,
  seq: 0,
  type: "error",
  at: now,
  json: JSON.stringify({ code, message, recoverable: isRecoverable(code) }),
});
