import type { LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { EventStore } from "../store/log/contract.ts";
import { fillsPage } from "../store/page-bytes.ts";
import type { Channel, Listener } from "./channel.ts";
import type { Beating } from "./heartbeat-timer.ts";
import { DELETED, type Hub, TORN } from "./hub.ts";

/** Events fetched from the store at once by a reader that is behind, at most: a page also has a bound of bytes. */
const PAGE = 200;

/** What all followers of a journal share. */
export interface FollowSource {
  readonly hub: Hub;
  readonly read: EventStore["read"];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Events in order of seq. Empty: the quiet interval has passed, or there is reason to look around. */
export type Batch = readonly LogEvent[];
const QUIET: Batch = [];
/** What an empty batch is, by identity, when there is: a run of the thread has ended and could not say so. */
export const LOOK_AROUND: Batch = [];

/** Whether nothing was left that the page had no room for. */
const isWhole = (page: Batch): boolean => page.length < PAGE && !fillsPage(page.map(({ json }) => json));

/** Whoever waits for a follower's news. */
interface Waiter {
  /** There may be some: time to poll. */
  ring(): void;
}

/**
 * The events of a thread after `cursor`, first those that are kept, then live, without end: the caller stops reading.
 * Gives batches, each event once. Nothing is fetched or kept ahead of the reader.
 *
 * What a token costs is mostly the promises on its way, so there are none here: one polls, and waits when that gave nothing.
 */
export class Follower implements Listener, Beating {
  readonly #channel: Channel;
  #waiter: Waiter | undefined;
  /** A ring came while nobody waited, or while a page was under way. */
  #isRung = false;
  #isNudged = false;
  /** A batch was given since, and the reader has seen something of it. */
  #wasShown = false;
  #quietSince: number;
  #isFetching = false;
  #page: Batch | undefined;
  #failure: { readonly thrown: unknown } | undefined;
  #isOver = false;

  /** `quietMs`: after this many milliseconds without an event an empty batch is given, time for a heartbeat. */
  constructor(
    private readonly source: FollowSource,
    private readonly key: ThreadKey,
    private cursor: number,
    private readonly quietMs: number,
  ) {
    const { hub, now } = source;
    this.#quietSince = now();
    this.#channel = hub.join(key, this);
    hub.pulse.join(quietMs, this);
  }

  /** The next batch; null: none yet; undefined: the reading has ended. Throws the store's error when it stays away. */
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
        // A log has no gaps: this is another's, made under the same name.
        if (batch[0]?.seq !== this.cursor + 1) throw DELETED;
        this.cursor = last.seq;
        this.#wasShown = true;
        return batch;
      }
    } catch (error) {
      this.leave();
      throw error;
    }
    const wasNudged = this.#isNudged;
    if (!wasNudged && now() - this.#quietSince < this.quietMs) return null;
    this.#isNudged = false;
    this.#quietSince = now();
    return wasNudged ? LOOK_AROUND : QUIET;
  }

  /** Rings `waiter` once, as soon as there may be news: maybe before this returns. One waits at a time. */
  wait(waiter: Waiter): void {
    this.#waiter = waiter;
    if (this.#isRung && !this.#isFetching) this.#wake();
  }

  /** Nothing of the last batch was shown, so the quiet goes on. */
  skipped(): void {
    this.#wasShown = false;
  }

  /** Ends the reading; whoever waits is told. Harmless when called twice. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { hub } = this.source;
    hub.pulse.leave(this.quietMs, this);
    hub.leave(this.key, this.#channel, this);
    this.#wake();
  }

  ring(): void {
    this.#isRung = true;
    if (this.#waiter !== undefined && !this.#isFetching) this.#wake();
  }

  tear(seq: number): void {
    // A page that waits for its reader was read before the loss.
    this.#page = undefined;
    if (this.cursor > seq) this.#failure = { thrown: TORN };
    this.ring();
  }

  nudge(): void {
    this.#isNudged = true;
    this.ring();
  }

  beat(): void {
    if (this.#waiter !== undefined && this.source.now() - this.#quietSince >= this.quietMs) this.ring();
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#isRung = false;
    this.#waiter = undefined;
    waiter?.ring();
  }

  /** What follows the cursor, from memory or from the page that was fetched; asks for one when neither has it. */
  #take(): Batch {
    if (this.#failure !== undefined) throw this.#failure.thrown;
    const page = this.#page;
    this.#page = undefined;
    if (page !== undefined && page.length > 0) return page;
    const batch = this.#channel.after(this.cursor);
    // An empty page is the end of the log as it was: the next ring tells when it is worth another look.
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
          // A page that has room left ends at the head as it was; a commit since then has rung.
          const last = page.at(-1);
          if (last !== undefined && isWhole(page) && !this.#isOver) this.#channel.learn(last.seq);
        },
        (thrown: unknown) => {
          this.#failure = { thrown };
        },
      )
      .finally(() => this.#fetched());
  }

  /** Wakes the reader for its page; a ring that came meanwhile is kept, since the page may not hold what it was for. */
  #fetched(): void {
    this.#isFetching = false;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.ring();
  }
}
