import type { LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { EventStore } from "../store/contract.ts";
import { Bell, type Channel } from "./channel.ts";
import type { Hub } from "./hub.ts";

/** Events fetched from the store at once by a reader that is behind. */
const PAGE = 200;

export interface FollowOptions {
  /** Aborting ends the reading at once, quietly. */
  readonly signal: AbortSignal;
  /** After this many milliseconds without an event an empty batch is yielded: time for a heartbeat. */
  readonly quietMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Step = IteratorResult<readonly LogEvent[], undefined>;
const OVER: Step = { done: true, value: undefined };
const QUIET: Step = { done: false, value: [] };

/**
 * The events of a thread after `cursor`, first those that are kept, then live, without end: the caller stops reading.
 * Gives batches, each event once and in order of seq; an empty batch says that the quiet interval has passed, or that
 * there is reason to look around. Nothing is
 * fetched or kept ahead of the reader. Throws the store's error when it stays away.
 *
 * An iterator by hand: a generator, and a second one around it, cost each token of each reader more than all else here.
 */
export class Follower implements AsyncIterableIterator<readonly LogEvent[], undefined, void> {
  readonly #bell = new Bell();
  readonly #channel: Channel;
  readonly #quiet: QuietTimer;
  /** A batch was given since, and the reader has seen something of it. */
  #wasShown = false;
  #isOver = false;

  constructor(
    private readonly hub: Hub,
    private readonly read: EventStore["read"],
    private readonly key: ThreadKey,
    private cursor: number,
    private readonly options: FollowOptions,
  ) {
    this.#channel = hub.join(key, this.#bell);
    this.#quiet = new QuietTimer(options.quietMs, options.now, this.#bell);
    options.signal.addEventListener("abort", this.#end);
    if (options.signal.aborted) this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Nothing of the last batch was shown, so the quiet goes on. */
  skipped(): void {
    this.#wasShown = false;
  }

  async next(): Promise<Step> {
    if (this.#wasShown) this.#quiet.restart();
    this.#wasShown = false;
    try {
      while (!this.#isOver) {
        const batch = this.#channel.after(this.cursor) ?? (await this.#readPage());
        const last = batch.at(-1);
        if (last !== undefined) {
          this.cursor = last.seq;
          this.#wasShown = true;
          return { done: false, value: batch };
        }
        if (this.#quiet.hasPassed || this.#bell.isNudged) {
          this.#bell.isNudged = false;
          this.#quiet.restart();
          return QUIET;
        }
        await this.#bell.wait();
      }
    } catch (error) {
      this.#end();
      throw error;
    }
    return OVER;
  }

  async return(): Promise<Step> {
    this.#end();
    return OVER;
  }

  readonly #end = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#quiet.stop();
    this.options.signal.removeEventListener("abort", this.#end);
    this.hub.leave(this.key, this.#channel, this.#bell);
    this.#bell.ring();
  };

  async #readPage(): Promise<readonly LogEvent[]> {
    const batch = await unlessAborted(this.options.signal, this.read(this.key, this.cursor, PAGE));
    // A page that is not full ends at the head as it was; a commit since then has rung the bell.
    const end = batch.at(-1);
    if (end !== undefined && batch.length < PAGE) this.#channel.learn(end.seq);
    return batch;
  }
}

/** The page, or an empty one as soon as nobody wants it any more. */
const unlessAborted = (signal: AbortSignal, page: Promise<readonly LogEvent[]>): Promise<readonly LogEvent[]> =>
  new Promise((resolve, reject) => {
    const abort = () => resolve([]);
    signal.addEventListener("abort", abort, { once: true });
    page.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });

/** One timer a reader, re-armed only when it fires: a token costs no more than noting the time. */
class QuietTimer {
  hasPassed = false;
  #since: number;
  #timer: ReturnType<typeof setTimeout>;

  constructor(
    private readonly ms: number,
    private readonly now: () => number,
    private readonly bell: Bell,
  ) {
    this.#since = now();
    this.#timer = setTimeout(this.#fire, ms);
  }

  restart(): void {
    this.#since = this.now();
    if (!this.hasPassed) return;
    this.hasPassed = false;
    this.#timer = setTimeout(this.#fire, this.ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #fire = (): void => {
    const rest = this.ms - (this.now() - this.#since);
    if (rest > 1) {
      this.#timer = setTimeout(this.#fire, rest);
      return;
    }
    this.hasPassed = true;
    this.bell.ring();
  };
}
