import type { Static } from "@sinclair/typebox";
import { type AnswerDetail, AnswerFold, BESIDES_TEXT, foldAnswer } from "../domain/answer.ts";
import type { StoredMessage } from "../domain/message.ts";
import type { ActiveMessageShape, MessageShape } from "../domain/message-shapes.ts";
import { activeMessageView, messageView } from "../domain/message-views.ts";
import type { Run } from "../domain/run.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { Store } from "../store/contract.ts";

/** Messages per page. */
export const MESSAGE_PAGE = { defaultSize: 100, maxSize: 500 };
/**
 * A page's bound in bytes, as the store counts them. A message may take a megabyte; a larger one is a page of its own.
 */
const MAX_PAGE_BYTES = 2 * 1024 * 1024;
/** Events of a run under way that are read at once. */
const EVENTS_A_READ = 200;

export interface ShownMessages {
  /** Oldest first. */
  readonly messages: readonly Static<typeof MessageShape>[];
  readonly has_more: boolean;
}

/**
 * Returns the newest messages of a thread, or the newest before a seq, as far as `limit` and the page's bytes allow.
 * Those of superseded turns are left out unless they are asked for.
 */
export const shownMessages = async (
  store: Store,
  key: ThreadKey,
  page: { readonly limit: number; readonly before: number | null; readonly withSuperseded?: boolean },
): Promise<ShownMessages> => {
  const { messages, hasMore } = await store.threads.messagePage(key, { ...page, maxBytes: MAX_PAGE_BYTES });
  const newestFirst: Static<typeof MessageShape>[] = [];
  let bytes = 0;
  for (const message of messages.toReversed()) {
    const detail = message.detail ?? (await detailFromLog(store, key, message));
    bytes += message.bytes;
    // Detail that is read from the log is not in the store's count of the message.
    if (message.detail === null && detail !== null) bytes += Buffer.byteLength(JSON.stringify(detail));
    const isSplit = newestFirst.at(-1)?.seq === message.seq;
    if (bytes > MAX_PAGE_BYTES && newestFirst.length > 0 && !isSplit) break;
    newestFirst.push(messageView(message, detail));
  }
  return { messages: newestFirst.toReversed(), has_more: hasMore || newestFirst.length < messages.length };
};

/**
 * Reads the detail of an answer that was stored without it from its run's events. Null when their beginning is unknown.
 */
const detailFromLog = async (
  store: Store,
  key: ThreadKey,
  { role, firstSeq, seq, runId }: StoredMessage,
): Promise<AnswerDetail | null> => {
  if (role === "user" || firstSeq === null) return null;
  const events = await store.events.between(key, firstSeq, seq, BESIDES_TEXT);
  return foldAnswer(events.filter((event) => event.runId === runId)).answer().detail;
};

/**
 * Returns what the run under way has answered so far. Null when that is nothing yet, or the run has ended meanwhile.
 */
export const activeMessage = async (
  store: Store,
  key: ThreadKey,
  run: Run,
): Promise<Static<typeof ActiveMessageShape> | null> => {
  if (run.startSeq === null) return null;
  const fold = new AnswerFold();
  let seq = run.startSeq;
  for (;;) {
    const events = await store.events.read(key, seq, EVENTS_A_READ);
    for (const event of events) fold.addLogged(event);
    const last = events.at(-1);
    if (last === undefined) break;
    seq = last.seq;
  }
  const answer = fold.answer();
  return answer.status === null && fold.hasAnswer ? activeMessageView(run, answer, seq) : null;
};
