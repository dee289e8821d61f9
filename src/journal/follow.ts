import type { LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { EventStore } from "../store/log/contract.ts";
import { fillsPage } from "../store/page-bytes.ts";
import type { Channel, ChannelListener } from "./channel.ts";
import { DELETED, type Hub, TRUNCATED } from "./hub.ts";
import type { HeartbeatListener } from "./reader-heartbeat.ts";

/** The most events that a reader fetches from the store at once. A page is also bounded in bytes. */
const PAGE = 200;

/** What all followers of a journal share. */
export interface FollowSource {
  readonly hub: Hub;
  readonly read: EventStore["read"];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Events in order of seq. Empty when the quiet interval has passed, or when the reader must check that its run or
 * thread still exists.
 */
export type Batch = readonly LogEvent[];
const QUIET: Batch = [];
/** The empty batch, compared by identity, that asks for a recheck: a run of the thread has ended without an event. */
export const RECHECK: Batch = [];

/**
 * Whether the page holds everything up to the log's end. Events of a folded run are fewer than the numbers that a page
 * is counted by.
 */
const isWhole = (page: Batch): boolean =>
  page.length < PAGE && !page.some(({ folded }) => folded !== undefined) && !fillsPage(page.map(({ json }) => json));

/** The reader that waits for a follower's next batch. */
interface Waiter {
  /** There may be a new batch: time to poll. */
  notify(): void;
}

/**
 * Reads the events of a thread after `cursor`: first the stored ones, then live, without end, until the caller leaves.
 * Returns batches, each event once. Nothing is fetched or buffered ahead of the reader.
 *
 * Most of a token's cost is the promises on its way, so this interface has none: the caller polls, and waits when
 * `poll` returned null.
 */
export class Follower implements ChannelListener, HeartbeatListener {
  readonly #channel: Channel;
  #waiter: Waiter | undefined;
  /** A notification came while no reader waited, or while a page was being fetched. */
  #isNotified = false;
  #isRecheckDue = false;
  /** A batch was returned since, and some of it was sent to the client. */
  #wasShown = false;
  #quietSince: number;
  #isFetching = false;
  #page: Batch | undefined;
  #failure: { readonly thrown: unknown } | undefined;
  #isOver = false;

  /**
   * `quietMs`: after this many milliseconds without an event `poll` returns an empty batch, so that the caller can send
   * a heartbeat.
   * `reaches`: the log was seen to hold an event of that seq; -1 when that is unknown. So if it has none when it is
   * read, it was deleted in between, perhaps by a replica whose notification came before anybody here listened.
   */
  constructor(
    private readonly source: FollowSource,
    private readonly key: ThreadKey,
    private cursor: number,
    private readonly quietMs: number,
    reaches = -1,
  ) {
    const { hub, now } = source;
    this.#quietSince = now();
    this.#channel = hub.join(key, this);
    if (this.#channel.writers === 0) this.#channel.advanceHead(reaches);
    hub.heartbeat.join(quietMs, this);
  }

  /**
   * Returns the next batch; null when there is none yet; undefined when reading has ended. Throws the store's error
   * when the store stays away.
   */
  poll(): Batch | null | undefined {
    const { now } = this.source;
    if (this.#wasShown) {
      this.#wasShown = false;
      this.#quietSince = now();
    }
    if (this.#isOver) return undefined;
    try {
      const batch = this.#take();
      const last = batch.at(-1);
      if (last !== undefined) {
        this.#checkFollows(batch);
        this.cursor = last.seq;
        this.#wasShown = true;
        return batch;
      }
    } catch (error) {
      this.leave();
      throw error;
    }
    const isRecheck = this.#isRecheckDue;
    if (!isRecheck && now() - this.#quietSince < this.quietMs) return null;
    this.#isRecheckDue = false;
    this.#quietSince = now();
    return isRecheck ? RECHECK : QUIET;
  }

  /**
   * Notifies `waiter` once, as soon as there may be a new batch, possibly before this returns. Only one may wait at a
   * time.
   */
  wait(waiter: Waiter): void {
    this.#waiter = waiter;
    if (this.#isFetching) return;
    if (this.#isNotified) this.#wake();
    else if (this.#channel.writers === 0) this.source.hub.awaits(this.key, this.#channel);
  }

  /** Nothing of the last batch was sent to the client, so the quiet interval goes on. */
  skipped(): void {
    this.#wasShown = false;
  }

  /** Ends the reading and wakes the waiter. May be called twice. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { hub } = this.source;
    hub.heartbeat.leave(this.quietMs, this);
    hub.leave(this.key, this.#channel, this);
    this.#wake();
  }

  notify(): void {
    this.#isNotified = true;
    if (this.#waiter !== undefined && !this.#isFetching) this.#wake();
  }

  truncate(seq: number): void {
    // A page that was fetched but not yet read dates from before the loss.
    this.#page = undefined;
    if (this.cursor > seq) this.#failure = { thrown: TRUNCATED };
    this.notify();
  }

  recheck(): void {
    this.#isRecheckDue = true;
    this.notify();
  }

  beat(): void {
    if (this.#waiter !== undefined && this.source.now() - this.#quietSince >= this.quietMs) this.notify();
  }

  /**
   * A log has no gaps: events behind one belong to another thread, created under the same name, or to a run that was
   * folded after this reader had read a part of it.
   */
  #checkFollows([first]: Batch): void {
    if (first === undefined || (first.folded?.after ?? first.seq - 1) === this.cursor) return;
    throw first.folded === undefined ? DELETED : TRUNCATED;
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#isNotified = false;
    this.#waiter = undefined;
    waiter?.notify();
  }

  /** Returns what follows the cursor, from memory or from the fetched page; starts a fetch when neither has it. */
  #take(): Batch {
    if (this.#failure !== undefined) throw this.#failure.thrown;
    const page = this.#page;
    this.#page = undefined;
    if (page !== undefined && page.length > 0) return page;
    const batch = this.#channel.after(this.cursor);
    // An empty page is the end of the log at that time; the next notification says when to fetch again.
    if (batch === null && page === undefined && !this.#isFetching) this.#fetch();
    return batch ?? QUIET;
  }

  #fetch(): void {
    this.#isFetching = true;
    this.source
      .read(this.key, this.cursor, PAGE)
      .then(
        (page) => {
          this.#page = page;
          // A page with room left ends at the log's head at that time. A later commit has sent its own notification.
          const last = page.at(-1);
          if (last !== undefined && isWhole(page) && !this.#isOver) this.#channel.advanceHead(last.seq);
        },
        (thrown: unknown) => {
          this.#failure = { thrown };
        },
      )
      .finally(() => this.#fetched());
  }

  /**
   * Wakes the reader for its page. A notification that came meanwhile stays pending, since the page may not hold its
   * events.
   */
  #fetched(): void {
    this.#isFetching = false;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.notify();
  }
}
