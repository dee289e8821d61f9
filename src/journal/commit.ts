import { RunError } from "../domain/error.ts";
import type { LogEvent } from "../domain/event.ts";
import type { System } from "../domain/system.ts";
import { type Append, type Refusal, type Store, StoreError } from "../store/contract.ts";
import type { Channel } from "./channel.ts";
import type { Hub } from "./hub.ts";
import { Pace } from "./pace.ts";
import type { Committer, Ending, Outcome, RunWriter } from "./writer.ts";

/** Between two attempts to reach a store that is away. */
const RETRY_MS = 250;

/** Why a run must stop because of its log. `lost`: another replica has taken it over, this one may write no more. */
export type Broken = RunError | "lost";

export interface JournalLog {
  /** A run spoke after its end; harmless. */
  ignored(runId: string, type: string): void;
  /** The store has been away for longer than runs can wait. */
  outage(error: StoreError, runs: number): void;
  /** The store refuses what a run says, though it is there: a defect. */
  rejected(runId: string, error: StoreError): void;
}

export interface CommitOptions {
  readonly store: Store;
  readonly hub: Hub;
  readonly system: System;
  readonly log: JournalLog;
  /** How long runs wait for a store that is away, in milliseconds. */
  readonly patienceMs: number;
}

/** A run's writer, as this process knows it. */
interface Registered {
  /** Where what it has committed is announced. */
  readonly channel: Channel;
  /** Null: it has been told already. */
  broken: ((why: Broken) => void) | null;
}

/**
 * Group commit, as databases do it: one commit is under way at a time, and what arrives meanwhile travels with the next,
 * for all runs of the process in one statement. An idle process commits at once, a busy one pauses in between (`Pace`),
 * but not while a run's first words wait.
 *
 * When the store is away the commit is tried again until it is back, however long that takes; it is the runs that give up
 * (`store_unavailable`) once their patience has passed. What they had said is still written then, ahead of their ending.
 */
export class GroupCommit implements Committer {
  readonly #writers = new Map<RunWriter, Registered>();
  /** Those that are marked, and know it: a set would allocate 60 bytes for each, at every commit. */
  #marked: RunWriter[] = [];
  readonly #pace = new Pace();
  #looping = false;
  /** Somebody waits for what was marked last. */
  #isUrgent = false;
  /** Ends the pause that is under way. */
  #hurry: (() => void) | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(private readonly options: CommitOptions) {}

  now(): number {
    return this.options.system.now();
  }

  /** `broken` is called at most once, when the log can no longer take what the run says. */
  register(writer: RunWriter, channel: Channel, broken: (why: Broken) => void): void {
    this.#writers.set(writer, { channel, broken });
  }

  mark(writer: RunWriter, isUrgent: boolean): void {
    if (!writer.isMarked) this.#marked.push(writer);
    writer.isMarked = true;
    if (isUrgent) {
      this.#isUrgent = true;
      this.#hurry?.();
    }
    if (this.#looping) return;
    this.#looping = true;
    // A node says several things in one go: they travel together.
    queueMicrotask(() => void this.#loop());
  }

  ignored(writer: RunWriter, type: string): void {
    this.options.log.ignored(writer.fence.runId, type);
  }

  async finish(writer: RunWriter, ending: Ending, lastResort: Ending): Promise<Outcome> {
    while (writer.isInFlight) await this.#current;
    try {
      if (writer.isHeld) return "refused";
      for (const way of [ending, lastResort]) {
        try {
          return await this.#end(writer, way);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          this.options.log.rejected(writer.fence.runId, error);
          writer.discard();
        }
      }
      return "refused";
    } finally {
      const channel = this.#channelOf(writer);
      this.#writers.delete(writer);
      writer.settled();
      if (channel !== undefined) this.options.hub.close(writer.fence.threadKey, channel);
    }
  }

  async #end(writer: RunWriter, ending: Ending): Promise<Outcome> {
    const { store } = this.options;
    const { fence, events, checkpoints } = writer.take();
    const all = [...events, ...writer.number(ending.events)];
    const hasAnswer = writer.hasSaid || ending.status === "succeeded";
    const end = {
      status: ending.status,
      usage: ending.usage,
      error: ending.error,
      now: ending.now,
      events: all,
      checkpoints,
      message: hasAnswer ? { id: ending.messageId, content: writer.answer, detail: writer.detail } : null,
    };
    let uncertain = false;
    const waiting = () => [writer];
    const kept = await this.#untilReached(waiting, async () => {
      try {
        const outcome = await store.runs.finish(fence, end);
        return outcome === "ended" || (uncertain && (await this.#isKept(fence.threadKey, all)));
      } catch (error) {
        uncertain = true;
        throw error;
      }
    });
    if (kept) this.#channelOf(writer)?.publish(all);
    return kept ? "kept" : "refused";
  }

  /** Whether an attempt whose outcome was not told has ended the run after all. */
  async #isKept(key: Append["fence"]["threadKey"], events: readonly LogEvent[]): Promise<boolean> {
    const last = events.at(-1);
    if (last === undefined) return false;
    const [found] = await this.options.store.events.read(key, last.seq - 1, 1);
    return found?.seq === last.seq && found.runId === last.runId && found.type === last.type;
  }

  async #loop(): Promise<void> {
    while (this.#marked.length > 0) {
      const marked = this.#marked;
      this.#marked = [];
      for (const writer of marked) writer.isMarked = false;
      const writers = marked.filter((writer) => writer.hasPending);
      this.#isUrgent = false;
      if (writers.length === 0) continue;
      const pause = this.#pace.after(writers.length, this.now());
      this.#current = this.#commit(writers);
      await this.#current;
      if (pause > 0 && !this.#isUrgent) await this.#rest(pause);
    }
    this.#looping = false;
  }

  async #rest(ms: number): Promise<void> {
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    await Promise.race([this.options.system.sleep(ms), hurried]);
    this.#hurry = undefined;
  }

  async #commit(writers: readonly RunWriter[]): Promise<void> {
    const batch = writers.map((writer) => writer.take());
    try {
      const refused = await this.#untilReached(this.#waiting, () => this.options.store.events.append(batch));
      for (let i = 0; i < writers.length; i++) this.#settle(writers[i], batch[i], refused);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (writers.length > 1) {
        // One run's events must not take the others' down with them.
        for (const [i, writer] of writers.entries()) await this.#retryAlone(writer, batch[i]);
      } else for (const writer of writers) this.#reject(writer, error);
    }
  }

  async #retryAlone(writer: RunWriter, append: Append | undefined): Promise<void> {
    if (append === undefined) return;
    try {
      const refused = await this.#untilReached(this.#waiting, () => this.options.store.events.append([append]));
      this.#settle(writer, append, refused);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#reject(writer, error);
    }
  }

  #settle(writer: RunWriter | undefined, append: Append | undefined, refused: ReadonlyMap<string, Refusal>): void {
    if (writer === undefined || append === undefined) return;
    if (refused.has(append.fence.runId)) this.#break(writer, "lost");
    else this.#channelOf(writer)?.publish(append.events);
    writer.settled();
  }

  #reject(writer: RunWriter, error: StoreError): void {
    this.options.log.rejected(writer.fence.runId, error);
    writer.discard();
    this.#break(writer, new RunError("internal", "The answer could not be kept.", { cause: error }));
  }

  /** Whose words are on their way to the store, and who has spoken since: that waits behind the commit under way. */
  readonly #waiting = (): readonly RunWriter[] =>
    [...this.#writers.keys()].filter((writer) => writer.isInFlight || writer.hasPending);

  /** Repeats `call` while the store is away. Once patience has passed, whoever waits by then is told, and told once. */
  async #untilReached<T>(waiting: () => readonly RunWriter[], call: () => Promise<T>): Promise<T> {
    const { system, patienceMs } = this.options;
    const since = system.now();
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== "unavailable") throw error;
        if (system.now() - since >= patienceMs) this.#giveUp(waiting(), error);
        await system.sleep(RETRY_MS);
      }
    }
  }

  #giveUp(waiting: readonly RunWriter[], error: StoreError): void {
    const writers = waiting.filter((writer) => (this.#writers.get(writer)?.broken ?? null) !== null);
    if (writers.length === 0) return;
    this.options.log.outage(error, writers.length);
    const why = new RunError("store_unavailable", "The answer could not be kept: the store is away.", { cause: error });
    for (const writer of writers) {
      this.#channelOf(writer)?.fail(error);
      this.#break(writer, why);
    }
  }

  #channelOf(writer: RunWriter): Channel | undefined {
    return this.#writers.get(writer)?.channel;
  }

  #break(writer: RunWriter, why: Broken): void {
    const registered = this.#writers.get(writer);
    const broken = registered?.broken ?? null;
    if (registered === undefined || broken === null) return;
    // Told once; a second reason adds nothing.
    registered.broken = null;
    broken(why);
  }
}
