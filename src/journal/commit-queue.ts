/**
 * The most runs whose first text one commit writes. Other runs fill it up to this number. A commit for a thousand runs
 * that have just begun takes Postgres a tenth of a second, and the first text of each would wait for it.
 */
export const MAX_RUNS = 256;
/** How many runs of each other kind a commit writes even so, so that first text holds nothing up for ever. */
export const MIN_OTHERS = 64;

/** The longest wait of a run's events before its first text, in milliseconds: less than a person notices. */
const MAX_PROGRESS_WAIT_MS = 100;
/** Progress waits in steps of this many milliseconds: text that arrives meanwhile must not wait as long. */
const SLICE_MS = 8;

/**
 * What a writer has to commit. `first`: the run's first text, for which its client waits. `more`: what follows it.
 * `progress`: events before any text.
 */
export type Urgency = "first" | "more" | "progress";

/** A writer, as the queue sees it. */
export interface Waiting {
  /** The queue's own: it waits in one of the lists. A set would allocate 60 bytes a writer at every commit. */
  isMarked: boolean;
  /** Whether there is something that can be written. */
  readonly hasPending: boolean;
}

/**
 * The writers that wait for a commit. First text goes first. Progress waits a little while other runs begin, a
 * millisecond for each of them: their rows share commits then, or travel with their first text, and no first text waits
 * for them.
 */
export class CommitQueue<Writer extends Waiting> {
  readonly #waiting: Readonly<Record<Urgency, Writer[]>> = { first: [], more: [], progress: [] };
  /** When the oldest progress began to wait. */
  #progressSince = 0;

  /** `now` in milliseconds. A writer may be added several times; it is taken once. */
  add(writer: Writer, urgency: Urgency, now: number): void {
    if (writer.isMarked && urgency !== "first") return;
    writer.isMarked = true;
    const list = this.#waiting[urgency];
    if (urgency === "progress" && list.length === 0) this.#progressSince = now;
    list.push(writer);
  }

  get isEmpty(): boolean {
    const { first, more, progress } = this.#waiting;
    return first.length + more.length + progress.length === 0;
  }

  /**
   * Returns how long the next commit is to be delayed, in milliseconds. `pause` is how long text may wait for more of
   * it.
   */
  pauseAt(now: number, pause: number): number {
    const { first, more, progress } = this.#waiting;
    if (first.length > 0 || more.length >= MAX_RUNS) return 0;
    if (progress.length === 0) return pause;
    return Math.min(this.#progressWait(now), more.length > 0 ? pause : SLICE_MS);
  }

  /** Takes the writers of the next commit. */
  next(now: number): readonly Writer[] {
    const { first, more, progress } = this.#waiting;
    const next: Writer[] = [];
    this.#take(first, MAX_RUNS, next);
    this.#take(more, Math.max(MIN_OTHERS, MAX_RUNS - next.length), next);
    if (progress.length > 0 && this.#progressWait(now) === 0)
      this.#take(progress, Math.max(MIN_OTHERS, MAX_RUNS - next.length), next);
    return next;
  }

  /** Takes up to `count` writers. One that is in two lists, or that has closed, is passed over. */
  #take(from: Writer[], count: number, into: Writer[]): void {
    for (const writer of from.splice(0, count)) {
      if (writer.isMarked && writer.hasPending) into.push(writer);
      writer.isMarked = false;
    }
  }

  /** Milliseconds until progress is due, if any waits. A clock that was set back does not prolong it. */
  #progressWait(now: number): number {
    const waited = now - this.#progressSince;
    const wait = Math.min(MAX_PROGRESS_WAIT_MS, this.#waiting.progress.length - 1);
    return waited < 0 ? 0 : Math.max(0, wait - waited);
  }
}
