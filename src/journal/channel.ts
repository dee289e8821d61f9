import type { LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { logTopic, type Topic } from "../replicas/contract.ts";

/** Bounds of the tail that a channel holds in memory. A reader further behind reads from the store. */
const TAIL_EVENTS = 32;
export const TAIL_CHARS = 256 * 1024;

const NONE: readonly LogEvent[] = [];

/** A reader that is notified of changes to a thread's log. */
export interface ChannelListener {
  /** The log may have grown; the listener checks before this returns. */
  notify(): void;
  /**
   * As `notify`, and the reader also checks whether its run or thread still exists, even when there is no new event.
   */
  recheck(): void;
  /** The log now ends at `seq`: the events after it are lost. */
  truncate(seq: number): void;
}

/**
 * What this process knows of one thread's log: how far it is committed, and its last events. A reader holds a cursor
 * and nothing else, so a slow or abandoned one costs no memory.
 */
export class Channel {
  readonly listeners = new Set<ChannelListener>();
  /** Open writers of this process. While there is one, every commit is announced here. */
  writers = 0;
  /** The highest seq known to be committed; -1 when unknown, and then the store is read. */
  #head = -1;
  /** Contiguous; ends at `#head`. */
  #tail: LogEvent[] = [];
  #tailChars = 0;
  /** The error that readers receive once the store has been away for too long. */
  #failure: Error | undefined;
  #topic: Topic | undefined;

  constructor(private readonly key: ThreadKey) {}

  /** By which other replicas are told that the log has changed. */
  get topic(): Topic {
    this.#topic ??= logTopic(this.key);
    return this.#topic;
  }

  get head(): number {
    return this.#head;
  }

  /**
   * Returns the committed events after `cursor`; empty when there are none yet. Null when they are not in memory and
   * must be read from the store. Throws the error that was passed to `fail`.
   */
  after(cursor: number): readonly LogEvent[] | null {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#head < 0) return null;
    if (cursor >= this.#head) return NONE;
    const first = this.#tail[0];
    if (first === undefined || first.seq > cursor + 1) return null;
    return this.#tail.slice(cursor + 1 - first.seq);
  }

  /** Returns the events after `seq`, up to the head; null when some of them are no longer in memory. */
  held(seq: number): readonly LogEvent[] | null {
    const first = this.#tail[0];
    if (seq >= this.#head) return NONE;
    return first === undefined || first.seq > seq + 1 ? null : this.#tail.slice(seq + 1 - first.seq);
  }

  /** Adds events that were just committed and wakes the readers. The events follow `head` without a gap. */
  publish(events: readonly LogEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    // The store is back, so readers may go on.
    this.#failure = undefined;
    const before = this.#tail.at(-1);
    if (before !== undefined && events[0]?.seq !== before.seq + 1) this.#forget();
    for (const event of events) {
      this.#tail.push(event);
      this.#tailChars += event.json.length;
    }
    this.#head = last.seq;
    this.#trim();
    this.#wake();
  }

  /** Records that the log reaches `seq`, as the store or another replica reports. */
  advanceHead(seq: number): void {
    if (seq <= this.#head) return;
    this.#head = seq;
    this.#forget();
    this.#wake();
  }

  /** Records that the store has lost the events after `seq` for good, and notifies the readers that have read them. */
  truncate(seq: number): void {
    this.#head = seq;
    this.#forget();
    for (const listener of this.listeners) listener.truncate(seq);
  }

  /** Makes the readers recheck their run or thread after a change that no event reports. */
  recheck(): void {
    for (const listener of this.listeners) listener.recheck();
  }

  /** Ends the readers with `error`, now and until the next commit or the next writer. */
  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  /** Registers a writer whose run begins after `seq`. */
  open(seq: number): void {
    this.writers++;
    this.#failure = undefined;
    this.advanceHead(seq);
  }

  #wake(): void {
    for (const listener of this.listeners) listener.notify();
  }

  #forget(): void {
    this.#tail = [];
    this.#tailChars = 0;
  }

  /** Lets the tail grow to twice its bounds before it is cut, which spreads the cost of cutting. */
  #trim(): void {
    if (this.#tail.length <= 2 * TAIL_EVENTS && this.#tailChars <= 2 * TAIL_CHARS) return;
    let from = this.#tail.length;
    let chars = 0;
    while (from > 0 && this.#tail.length - from < TAIL_EVENTS) {
      chars += this.#tail[from - 1]?.json.length ?? 0;
      if (chars > TAIL_CHARS) break;
      from--;
    }
    this.#tailChars = 0;
    this.#tail = this.#tail.slice(from);
    for (const event of this.#tail) this.#tailChars += event.json.length;
  }
}
