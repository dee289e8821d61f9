import type { LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { EventStore } from "../store/contract.ts";
import { Bell } from "./channel.ts";
import type { Hub } from "./hub.ts";

/** Events fetched from the store at once by a reader that is behind. */
const PAGE = 200;

export interface FollowOptions {
  /** Aborting ends the generator at once, quietly. */
  readonly signal: AbortSignal;
  /** After this many milliseconds without an event an empty batch is yielded: time for a heartbeat. */
  readonly quietMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The events of a thread after `cursor`, first those that are kept, then live, without end: the caller stops reading.
 * Yields batches, each event once and in order of seq; an empty batch says that the quiet interval has passed. Nothing is
 * fetched or kept ahead of the reader. Throws the store's error when it stays away.
 */
export async function* follow(
  hub: Hub,
  read: EventStore["read"],
  key: ThreadKey,
  cursor: number,
  { signal, quietMs, now }: FollowOptions,
): AsyncGenerator<readonly LogEvent[], void, void> {
  const bell = new Bell();
  const channel = hub.join(key, bell);
  const quiet = new QuietTimer(quietMs, now, bell);
  const ring = () => bell.ring();
  signal.addEventListener("abort", ring);
  try {
    while (!signal.aborted) {
      let batch = channel.after(cursor);
      if (batch === null) {
        batch = await unlessAborted(signal, read(key, cursor, PAGE));
        // A page that is not full ends at the head as it was; a commit since then has rung the bell.
        const end = batch.at(-1);
        if (end !== undefined && batch.length < PAGE) channel.learn(end.seq);
      }
      const last = batch.at(-1);
      if (last !== undefined) {
        cursor = last.seq;
        yield batch;
        quiet.restart();
      } else if (quiet.hasPassed) {
        yield [];
        quiet.restart();
      } else {
        await bell.wait();
      }
    }
  } finally {
    quiet.stop();
    signal.removeEventListener("abort", ring);
    hub.leave(key, bell);
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
