import type { View } from "../dialects/contract.ts";
import { native } from "../dialects/native.ts";
import { isTerminal, type LogEvent } from "../domain/event.ts";
import type { Message } from "../domain/message.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { COMMENT_FRAME, encodeFrame, type Frame } from "../wire/encode.ts";
import { headerText } from "./caller.ts";
import type { StreamParts } from "./run-reader.ts";
import { invalid } from "./validate.ts";
import { messageView } from "./views.ts";

const utf8 = new TextEncoder();

const SEQ = /^\d{1,15}$/;

/**
 * Where a reader of a thread wants to go on: the seq of `Last-Event-ID` (`thread:seq`, or a bare seq), or else of the
 * query `after`; 0, the beginning, when neither is given. Null: the id is none that an event of this thread was ever called.
 * Throws `invalid` for an `after` that is no seq.
 */
export const cursorOf = (request: Request, threadId: string): number | null => {
  const id = headerText(request.headers, "last-event-id");
  if (id) {
    // HTTP strips the spaces around a header's value.
    const name = `${threadId.replace(/^ +/, "")}:`;
    const seq = id.startsWith(name) ? id.slice(name.length) : id;
    return SEQ.test(seq) ? Number(seq) : null;
  }
  const after = new URL(request.url).searchParams.get("after") ?? "0";
  if (!SEQ.test(after)) throw invalid([{ path: "/after", message: "must be the seq of an event" }]);
  return Number(after);
};

/**
 * A thread's log in the native envelope, after `cursor`: what is kept, then live until no run of the thread is left.
 * Null: the reader named an event that the log does not hold; it is told so, and goes on from where the messages end.
 */
export async function* replayStream(
  key: ThreadKey,
  cursor: number | null,
  view: View,
  signal: AbortSignal,
  { journal, store, heartbeatMs, broken }: StreamParts,
): AsyncGenerator<Uint8Array, void, void> {
  yield utf8.encode(COMMENT_FRAME);
  try {
    let reached = cursor ?? 0;
    if (cursor === null) {
      const messages = await store.threads.messages(key);
      const first = (await store.events.bounds(key))?.first ?? 1;
      reached = messages.at(-1)?.seq ?? first - 1;
      yield utf8.encode(encodeFrame(resetFrame(view, first, reached, messages)));
    }
    // Asked before anything is read: a run that has ended by now has its last event in the log.
    let active = await store.threads.activeRun(key);
    let end = (await store.events.bounds(key))?.last ?? 0;
    if (active === null && reached >= end) return;
    for await (const batch of journal.follow(key, reached, { signal, quietMs: heartbeatMs })) {
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

/** Its id is where the reader goes on, should it lose the connection after it. */
const resetFrame = ({ threadId }: View, first: number, reached: number, messages: readonly Message[]): Frame => ({
  id: `${threadId}:${reached}`,
  event: "reset",
  data: JSON.stringify({
    type: "reset",
    thread_id: threadId,
    first_seq: first,
    messages: messages.map(messageView),
  }),
});

const framesOf = (batch: readonly LogEvent[], view: View): string => {
  let text = "";
  for (const event of batch) {
    const frame = native.translate(event, view);
    if (frame !== null) text += encodeFrame(frame);
  }
  return text;
};
