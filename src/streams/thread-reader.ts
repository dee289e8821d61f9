import type { View } from "../dialects/contract.ts";
import { native } from "../dialects/native.ts";
import { RunError } from "../domain/error.ts";
import { failureEvent, isTerminal, type LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { type Batch, type Follower, RECHECK } from "../journal/follow.ts";
import { DELETED, TRUNCATED } from "../journal/hub.ts";
import { encodeFrame, type Frame } from "../wire/encode.ts";
import { bytes, END, type StreamStep } from "./byte-stream.ts";
import type { StreamParts } from "./contract.ts";
import { LogReader } from "./log-reader.ts";
import { MESSAGE_PAGE, type ShownMessages, shownMessages } from "./messages.ts";
import { COMMENT, reconnect } from "./steps.ts";

/** Heartbeats between two checks that the thread still exists. */
const HEARTBEATS_A_CHECK = 6;

/** The state of a thread when a reader opens it. */
export interface ThreadReaderStart {
  /**
   * Null when the reader named an event that the log does not hold. It receives a reset, and reading goes on from the
   * end of the messages.
   */
  readonly cursor: number | null;
  /** The first and last seq that the log holds; of one without events, the seq of its next event and that before. */
  readonly first: number;
  readonly last: number;
  /** Read before `last`: a run that has ended by then has its last event in the log. */
  readonly isActive: boolean;
  /** The reader stays when no run of the thread is left, until it leaves or the thread is deleted. */
  readonly isPatient: boolean;
}

/**
 * One reader of a thread's log in the native envelope: the stored events, then live until no run of the thread is left,
 * or, if it is patient, as long as the thread exists.
 */
export class ThreadReader extends LogReader {
  #isActive: boolean;
  #last: number;
  #reached: number;
  #heartbeats = 0;

  constructor(
    private readonly key: ThreadKey,
    private readonly from: ThreadReaderStart,
    view: View,
    parts: StreamParts,
  ) {
    super(view, parts);
    this.#isActive = from.isActive;
    this.#last = from.last;
    this.#reached = from.cursor ?? 0;
  }

  protected async start(): Promise<StreamStep | null> {
    const reset = this.from.cursor === null ? await this.#reset() : null;
    const { journal, heartbeatMs } = this.parts;
    if (this.isOver) return END;
    const { first, last } = this.from;
    this.follower = journal.follow(this.key, this.#reached, heartbeatMs, first <= last ? last : -1);
    if (reset === null) return null;
    // The run may have ended while the messages were read: its last event then lies before the follower's cursor.
    await this.#refresh();
    return bytes(encodeFrame(reset));
  }

  protected read(follower: Follower): StreamStep | Promise<StreamStep> | null {
    if (this.#isDone()) return END;
    if (this.parts.departure.hasBegun) return this.#depart();
    const batch = follower.poll();
    if (batch === null) return null;
    if (batch === undefined) return END;
    this.#reached = batch.at(-1)?.seq ?? this.#reached;
    const step = batch.length === 0 ? COMMENT : bytes(framesOf(batch, this.view));
    // A terminal event past the known end may be the last one.
    const mayBeLast = !this.from.isPatient && (!this.#isActive || batch.some(({ type }) => isTerminal(type)));
    const mustRefresh = batch.length === 0 ? this.#mayBeGone(batch) : this.#reached >= this.#last && mayBeLast;
    return mustRefresh ? this.#refresh().then(() => step) : step;
  }

  protected failed(thrown: unknown): StreamStep | Promise<StreamStep> {
    if (thrown === TRUNCATED) return this.#restart();
    this.leave();
    if (thrown === DELETED) return this.#endDeleted();
    // An end without a terminal frame makes the reader come back with the last id it has seen.
    if (!(thrown instanceof RunError)) this.parts.broken(this.view.runId, thrown);
    return this.#depart();
  }

  #depart(): StreamStep {
    this.leave();
    return reconnect(this.parts.departure.retryMs());
  }

  /** The events read last are lost: sends a reset and goes on from the end of the messages. */
  async #restart(): Promise<StreamStep> {
    const reset = await this.#reset();
    if (this.isOver) return END;
    this.follower = this.parts.journal.follow(this.key, this.#reached, this.parts.heartbeatMs);
    await this.#refresh();
    return bytes(encodeFrame(reset));
  }

  /** Deletion normally notifies the reader; a query at each heartbeat would be a thousand queries a second. */
  #mayBeGone(nothing: Batch): boolean {
    this.#heartbeats++;
    return nothing === RECHECK || this.#heartbeats % HEARTBEATS_A_CHECK === 0;
  }

  #isDone(): boolean {
    return !this.from.isPatient && !this.#isActive && this.#reached >= this.#last;
  }

  async #refresh(): Promise<void> {
    const { store } = this.parts;
    this.#isActive = (await store.threads.activeRun(this.key)) !== null;
    const bounds = await store.events.bounds(this.key);
    // A thread without events is new, or was deleted.
    if (bounds === null && (await store.threads.get(this.key)) === null) throw DELETED;
    this.#last = bounds?.last ?? 0;
  }

  /** The reader has nothing to come back to, and the log has no place for this event. */
  #endDeleted(): StreamStep {
    const json = JSON.stringify(failureEvent(DELETED).payload);
    const event: LogEvent = { runId: this.view.runId, seq: 0, type: "error", at: this.parts.system.now(), json };
    return bytes(framesOf([event], this.view));
  }

  async #reset(): Promise<Frame> {
    const { store } = this.parts;
    const snapshot = await shownMessages(store, this.key, { limit: MESSAGE_PAGE.defaultSize, before: null });
    if (snapshot.messages.length === 0 && (await store.threads.get(this.key)) === null) throw DELETED;
    this.#reached = snapshot.messages.at(-1)?.seq ?? this.from.first - 1;
    return resetFrame(this.view, this.from.first, this.#reached, snapshot);
  }
}

/** Its id is where the reader resumes if it loses the connection after this frame. */
const resetFrame = ({ threadId }: View, first: number, reached: number, snapshot: ShownMessages): Frame => ({
  id: `${threadId}:${reached}`,
  event: "reset",
  data: JSON.stringify({
    type: "reset",
    thread_id: threadId,
    first_seq: first,
    ...snapshot,
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
