import type { System } from "../domain/system.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { Topics } from "../replicas/contract.ts";
import type { Store } from "../store/contract.ts";
import type { LogNews } from "../store/log/contract.ts";
import { MAX_NEWS_OF_LOG } from "../store/log/news.ts";
import type { Channel } from "./channel.ts";
import { CommitPacing } from "./commit-pacing.ts";
import type { Hub } from "./hub.ts";

/** While hints arrive a log is looked at, without one, only every so many ticks: that is what a lost hint can cost. */
const HINTED_TICKS = 5;
/** The most logs of one statement: what it finds is handed to their readers in one go. */
const MAX_LOGS = 256;

export interface RemoteLogsParts {
  readonly store: Store;
  readonly system: Pick<System, "now" | "sleep">;
  readonly topics: Topics;
  readonly hub: Hub;
}

/** A log that is read here and written, if at all, by another replica. */
interface RemoteLog {
  readonly key: ThreadKey;
  readonly channel: Channel;
  /** Every how many ticks it is looked at without a hint, and how many are left until then. */
  period: number;
  ticksLeft: number;
  end(): void;
}

/**
 * Brings what other replicas write to the readers of this one. It looks at a log when a hint says that it has changed,
 * and from time to time, at many logs by one statement, and hands the new events to their channels. One such statement
 * is under way at a time; what changes meanwhile is looked at by the next, after a pause that grows with their rate.
 */
export class RemoteLogs {
  readonly #logs = new Map<ThreadKey, RemoteLog>();
  /** Those to be looked at, and whether only because it is time. */
  readonly #due = new Map<RemoteLog, "hinted" | "polled">();
  readonly #pace = new CommitPacing();
  #underWay: Promise<void> | undefined;

  constructor(private readonly parts: RemoteLogsParts) {}

  /** Begins with a log, unless it has begun. A look is due at once. */
  begin(key: ThreadKey, channel: Channel): void {
    if (this.#logs.get(key)?.channel === channel) return;
    this.end(key);
    const log: RemoteLog = {
      key,
      channel,
      period: 1,
      ticksLeft: 1,
      end: this.parts.topics.watch(channel.topic, () => this.#hinted(log)),
    };
    this.#logs.set(key, log);
  }

  /** The log has no more readers here, or this process writes it now. */
  end(key: ThreadKey): void {
    const log = this.#logs.get(key);
    if (log === undefined) return;
    this.#logs.delete(key);
    this.#due.delete(log);
    log.end();
  }

  /** Looks at the logs for which it is time. Throws the store's error. */
  async tick(): Promise<void> {
    // Their readers have waited since before the last writer of this process was done.
    for (const { key, channel } of this.parts.hub.remote()) this.begin(key, channel);
    for (const log of this.#logs.values()) {
      log.ticksLeft--;
      if (log.ticksLeft <= 0 && !this.#due.has(log)) this.#due.set(log, "polled");
    }
    await this.#serve();
  }

  #hinted(log: RemoteLog): void {
    if (log.channel.writers > 0) return;
    this.#due.set(log, "hinted");
    // Without an answer the next tick looks again, and tells of the failure.
    this.#serve().catch(() => {});
  }

  #serve(): Promise<void> {
    this.#underWay ??= this.#lookAtAll().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #lookAtAll(): Promise<void> {
    const { system } = this.parts;
    // Hints of one message come in one go.
    await undefined;
    while (this.#due.size > 0) {
      const due = [...this.#due.entries().take(MAX_LOGS)];
      for (const [log] of due) this.#due.delete(log);
      const pause = this.#pace.after(due.length, system.now());
      try {
        await this.#lookAt(due);
      } catch (error) {
        for (const [log] of due) log.ticksLeft = 1;
        throw error;
      }
      // Even when nothing is due yet: what the next hints name is then looked at together.
      if (pause > 0) await system.sleep(pause);
    }
  }

  async #lookAt(due: readonly (readonly [RemoteLog, "hinted" | "polled"])[]): Promise<void> {
    const { store } = this.parts;
    const [unknown, known] = [
      due.filter(([{ channel }]) => channel.head < 0),
      due.filter(([{ channel }]) => channel.head >= 0),
    ];
    if (unknown.length > 0) {
      const heads = await store.events.heads(unknown.map(([{ key }]) => key));
      for (const [{ key, channel }] of unknown) channel.advanceHead(heads.get(key) ?? 0);
    }
    const { logs, complete } = await store.events.news(
      known.map(([{ key, channel }]) => ({ threadKey: key, seq: channel.head })),
    );
    for (const [log, why] of due) this.#lookAgain(log, why, false);
    for (const news of logs) {
      const [log, why] = known[news.place] ?? [];
      if (log === undefined || why === undefined || this.#logs.get(log.key) !== log) continue;
      this.#lookAgain(log, why, true);
      await this.#takeNews(log, news);
    }
    for (const [log, why] of known.slice(complete)) if (this.#logs.get(log.key) === log) this.#due.set(log, why);
  }

  /** A log that has changed without a hint is looked at often: hints may not reach this replica from its writer. */
  #lookAgain(log: RemoteLog, why: "hinted" | "polled", hasNews: boolean): void {
    const longest = this.parts.topics.areArriving ? HINTED_TICKS : 1;
    if (why === "hinted") log.period = longest;
    else log.period = hasNews ? 1 : Math.min(longest, log.period + 1);
    log.ticksLeft = log.period;
  }

  async #takeNews(log: RemoteLog, { events }: LogNews): Promise<void> {
    const { channel } = log;
    if (events.length === 0) return this.#shrunk(log);
    const isFolded = events.some(({ folded }) => folded !== undefined);
    // What a channel holds has no gaps.
    if (isFolded) return channel.advanceHead(events.at(-1)?.seq ?? 0);
    // Meanwhile a reader, or a run that began here, may have found some of them.
    channel.publish(events.filter(({ seq }) => seq > channel.head));
    if (events.length >= MAX_NEWS_OF_LOG && !this.#due.has(log)) this.#due.set(log, "hinted");
  }

  /**
   * A log only grows: one that ends earlier than it did was deleted, or the database has lost its end. A thread created
   * under a deleted one's name continues its numbers, so its last seq is past the known head.
   */
  async #shrunk({ key, channel }: RemoteLog): Promise<void> {
    const { store, hub } = this.parts;
    const [thread, heads] = [await store.threads.get(key), await store.events.heads([key])];
    const seq = heads.get(key) ?? 0;
    if (channel.writers > 0 || seq >= channel.head) return;
    if (thread === null || thread.lastSeq > channel.head) hub.drop(key, channel);
    else channel.truncate(seq);
  }
}
