import type { View } from "../dialects/contract.ts";
import { native } from "../dialects/native.ts";
import { isTerminal, type LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { COMMENT_FRAME, encodeFrame } from "../wire/encode.ts";
import { headerText } from "./caller.ts";
import type { StreamParts } from "./stream.ts";

const utf8 = new TextEncoder();

/**
 * Where a reader of a thread wants to go on: the seq of `Last-Event-ID` (`thread:seq`, or a bare seq), or else of the
 * query `after`; 0, the beginning, when neither is given. Null: it says something that no event was ever called.
 */
export const cursorOf = (request: Request, threadId: string): number | null => {
  const id = headerText(request.headers, "last-event-id");
  const text = id ?? new URL(request.url).searchParams.get("after") ?? "0";
  const seq = id?.startsWith(`${threadId}:`) ? id.slice(threadId.length + 1) : text;
  return /^\d{1,15}$/.test(seq) ? Number(seq) : null;
};

/**
 * A thread's log in the native envelope, after `cursor`: what is kept, then live until no run of the thread is left.
 */
export async function* replayStream(
  key: ThreadKey,
  cursor: number,
  view: View,
  signal: AbortSignal,
  { journal, store, heartbeatMs, broken }: StreamParts,
): AsyncGenerator<Uint8Array, void, void> {
  yield utf8.encode(COMMENT_FRAME);
  let reached = cursor;
  try {
    // Asked before anything is read: a run that has ended by now has its last event in the log.
    let active = await store.threads.activeRun(key);
    let end = (await store.events.bounds(key))?.last ?? 0;
    if (active === null && reached >= end) return;
    for await (const batch of journal.follow(key, cursor, { signal, quietMs: heartbeatMs })) {
      if (batch.length > 0) yield utf8.encode(framesOf(batch, view));
      else yield utf8.encode(COMMENT_FRAME);
      reached = batch.at(-1)?.seq ?? reached;
      const mayBeOver =
        batch.length === 0 || (active === null ? reached >= end : batch.some(({ type }) => isTerminal(type)));
      if (!mayBeOver) continue;
      active = await store.threads.activeRun(key);
      end = (await store.events.bounds(key))?.last ?? 0;
      if (active === null && reached >= end) return;
    }
  } catch (error) {
    // Its end without a terminal frame tells the reader to come back with the last id it has seen.
    broken(view.runId, error);
  }
}

const framesOf = (batch: readonly LogEvent[], view: View): string => {
  let text = "";
  for (const event of batch) {
    const frame = native.translate(event, view);
    if (frame !== null) text += encodeFrame(frame);
  }
  return text;
};
