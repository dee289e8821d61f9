import { RunError } from "../domain/error.ts";
import type { LogEvent } from "../domain/event.ts";
import { runsTopic, type Topics } from "../replicas/contract.ts";
import type { Store } from "../store/contract.ts";
import type { Append, Refusal } from "../store/log/contract.ts";
import { StoreError } from "../store/store-error.ts";
import type { Channel } from "./channel.ts";
import { CommitPacing } from "./commit-pacing.ts";
import { CommitQueue, type Urgency } from "./commit-queue.ts";
import type { Committer } from "./committer.ts";
import type { Ending, Outcome } from "./ending.ts";
import type { Hub } from "./hub.ts";
import { LOST, LostTails } from "./lost-tail.ts";
import { RunEnds } from "./run-ends.ts";
import { StoreRetry, type StoreRetryOptions } from "./store-retry.ts";
import type { RunWriter } from "./writer.ts";
import { type StopCause, Writers } from "./writers.ts";

export interface CommitOptions extends StoreRetryOptions {
  readonly store: Store;
  readonly hub: Hub;
  readonly topics: Topics;
}

/**
 * Group commit, as databases do it. One commit is under way at a time, and events that arrive meanwhile are written by
 * the next, for all runs of the process in one statement. An idle process commits at once. A busy one pauses between
 * commits (`CommitPacing`), but never while a run's first text waits.
 *
 * While the store is away the commit is retried, without a limit. Readers are ended once `storeWaitMs` has passed. A
 * run fails because of the outage only when one of its readers had to be given that error; see `Verdict.decide`.
 */
export class GroupCommit implements Committer<RunWriter> {
  readonly #writers: Writers;
  readonly #uncommitted = () => this.#writers.uncommitted();
  readonly #storeRetry: StoreRetry;
  readonly #lostTails: LostTails;
  readonly #ends: RunEnds;
  readonly #queue = new CommitQueue<RunWriter>();
  readonly #pace = new CommitPacing();
  #looping = false;
  /** Ends the pause that is under way. */
  #endPause: (() => void) | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(private readonly options: CommitOptions) {
    const { store, logger, topics } = options;
    this.#writers = new Writers(topics);
    this.#storeRetry = new StoreRetry(options, this.#writers);
    this.#lostTails = new LostTails(store, this.#writers, logger);
    this.#ends = new RunEnds(store, this.#writers, this.#storeRetry, this.#lostTails);
  }

  now(): number {
    return this.options.system.now();
  }

  /** `broken` is called at most once, when the log can no longer accept the run's events. */
  register(writer: RunWriter, channel: Channel, broken: (why: StopCause) => void): void {
    this.#writers.add(writer, channel, broken);
  }

  mark(writer: RunWriter, urgency: Urgency): void {
    this.#queue.add(writer, urgency, this.now());
    if (urgency === "first") this.#endPause?.();
    if (this.#looping) return;
    this.#looping = true;
    // A node often emits several events in one go: one commit takes them all.
    queueMicrotask(() => void this.#loop());
  }

  published(writer: RunWriter, events: readonly LogEvent[]): void {
    this.#writers.publish(writer, events);
  }

  ignored(writer: RunWriter, type: string): void {
    this.options.logger.ignored(writer.fence, type);
  }

  async finish(writer: RunWriter, ending: Ending, lastResort: Ending): Promise<Outcome> {
    while (writer.isInFlight) await this.#current;
    try {
      if (writer.isHeld) return "refused";
      for (const candidate of [ending, lastResort]) {
        try {
          return await this.#ends.end(writer, candidate);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          this.options.logger.rejected(writer.fence, error);
          writer.discard();
        }
      }
      return "refused";
    } finally {
      this.#forget(writer);
    }
  }

  async leave(writer: RunWriter): Promise<void> {
    while (writer.isInFlight) await this.#current;
    this.#forget(writer);
  }

  #forget(writer: RunWriter): void {
    const channel = this.#writers.remove(writer);
    writer.verdict.ended("over");
    writer.settled();
    const { threadKey } = writer.fence;
    if (channel !== undefined) this.options.hub.close(threadKey, channel);
    this.options.topics.changed(runsTopic(threadKey));
  }

  async #loop(): Promise<void> {
    let pause = 0;
    for (;;) {
      const wait = this.#queue.pauseAt(this.now(), pause);
      if (wait > 0) await this.#pause(wait);
      if (this.#queue.isEmpty) break;
      const writers = this.#queue.next(this.now());
      pause = 0;
      if (writers.length === 0) continue;
      pause = this.#pace.after(writers.length, this.now());
      this.#current = this.#commit(writers);
      await this.#current;
    }
    this.#looping = false;
  }

  async #pause(ms: number): Promise<void> {
    const pauseEnded = new Promise<void>((resolve) => {
      this.#endPause = resolve;
    });
    await Promise.race([this.options.system.sleep(ms), pauseEnded]);
    this.#endPause = undefined;
  }

  async #commit(writers: readonly RunWriter[]): Promise<void> {
    const batch = writers.map((writer) => writer.take());
    try {
      const refused = await this.#append(batch);
      for (let i = 0; i < writers.length; i++) this.#settle(writers[i], batch[i], refused);
      if (refused.size > 0) await this.#rewriteGaps(writers, batch, refused);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (writers.length > 1) {
        // Events that the store rejects must not fail the other runs of the batch.
        for (const [i, writer] of writers.entries()) await this.#retryAlone(writer, batch[i]);
      } else for (const writer of writers) this.#reject(writer, error);
    }
  }

  #append(batch: readonly Append[]): Promise<ReadonlyMap<string, Refusal>> {
    return this.#storeRetry.untilReached(this.#uncommitted, () => this.options.store.events.append(batch));
  }

  async #retryAlone(writer: RunWriter, append: Append | undefined): Promise<void> {
    if (append === undefined || !writer.isInFlight) return;
    try {
      const refused = await this.#append([append]);
      this.#settle(writer, append, refused);
      if (refused.size > 0) await this.#rewriteGaps([writer], [append], refused);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#reject(writer, error);
    }
  }

  /** Settles one run of a batch. A run that was refused because of a gap stays in flight. */
  #settle(writer: RunWriter | undefined, append: Append | undefined, refused: ReadonlyMap<string, Refusal>): void {
    if (writer === undefined || append === undefined) return;
    const refusal = refused.get(append.fence.runId);
    if (refusal === "gap") return;
    if (refusal === "stale") this.#writers.break(writer, "lost");
    else this.#writers.publish(writer, append.events);
    writer.settled();
  }

  async #rewriteGaps(
    writers: readonly RunWriter[],
    batch: readonly Append[],
    refused: ReadonlyMap<string, Refusal>,
  ): Promise<void> {
    for (const [i, writer] of writers.entries()) {
      const append = batch[i];
      if (append !== undefined && refused.get(append.fence.runId) === "gap") await this.#rewrite(writer, append);
    }
  }

  async #rewrite(writer: RunWriter, append: Append): Promise<void> {
    let events = append.events;
    for (let rewrites = 0; ; rewrites++) {
      // A checkpoint without events follows the event at its own seq; events emitted since are not part of this commit.
      const next = events[0]?.seq ?? ((append.checkpoints[0] ?? append.rounds?.[0])?.seq ?? writer.start) + 1;
      const lost = await this.#storeRetry.untilReached(this.#uncommitted, () =>
        this.#lostTails.before(writer, next, rewrites),
      );
      if (lost === null) return this.#writers.break(writer, LOST);
      events = [...lost, ...events];
      const refused = await this.#append([{ ...append, events }]);
      if (refused.get(append.fence.runId) === "gap") continue;
      return this.#settle(writer, append, refused);
    }
  }

  #reject(writer: RunWriter, error: StoreError): void {
    this.options.logger.rejected(writer.fence, error);
    writer.discard();
    this.#writers.break(writer, new RunError("internal", "The answer could not be stored.", { cause: error }));
  }
}
