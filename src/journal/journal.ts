import type { RunError } from "../domain/error.ts";
import type { LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { Fence } from "../store/log/contract.ts";
import { StoreError } from "../store/store-error.ts";
import type { Channel } from "./channel.ts";
import { type CommitOptions, GroupCommit } from "./commit.ts";
import { Follower, type FollowSource } from "./follow.ts";
import { Hub } from "./hub.ts";
import type { Opening } from "./opening.ts";
import { RunWriter } from "./writer.ts";
import type { Broken } from "./writers.ts";

/** Between two attempts of a reader to reach a store that is away. */
const REREAD_MS = 250;

/** The log as the rest of the house sees it: runs write to it, readers follow it. */
export class Journal {
  readonly #hub = new Hub();
  readonly #commit: GroupCommit;
  readonly #source: FollowSource;

  constructor(private readonly options: Omit<CommitOptions, "hub">) {
    this.#commit = new GroupCommit({ ...options, hub: this.#hub });
    this.#source = { hub: this.#hub, read: this.#read, now: () => options.system.now() };
  }

  /** Opens the log for a run that holds the fence; the thread's log ends at `lastSeq`. */
  open(fence: Fence, lastSeq: number, broken: (why: Broken) => void, opening?: Opening): RunWriter {
    const writer = new RunWriter(fence, lastSeq, this.#commit, opening);
    this.#commit.register(writer, this.#hub.open(fence.threadKey, lastSeq), broken);
    return writer;
  }

  /** See `Follower`. A store that goes away while one reads is waited for as long as runs wait for it. */
  follow(key: ThreadKey, cursor: number, quietMs: number): Follower {
    return new Follower(this.#source, key, cursor, quietMs);
  }

  /**
   * Looks for news of threads that another replica writes and somebody reads here. One statement for all of them, none
   * when there are none: no notification is needed for it to be right, so it also works behind a pooler that has none.
   * A log only grows: one that ends before what was known of it is gone, or the database has lost its end.
   */
  async tick(): Promise<void> {
    const remote = this.#hub.remote();
    if (remote.length === 0) return;
    const heads = await this.options.store.events.heads(remote.map(({ key }) => key));
    for (const { key, channel, head } of remote) {
      const seq = heads.get(key) ?? 0;
      if (seq < head) await this.#shrunk(key, channel, seq);
      else if (seq > 0) channel.learn(seq);
    }
  }

  /** A thread that is made under a deleted one's name counts on behind it, so it has reached further than what is known. */
  async #shrunk(key: ThreadKey, channel: Channel, seq: number): Promise<void> {
    const thread = await this.options.store.threads.get(key);
    if (thread === null || thread.lastSeq > channel.head) this.#hub.drop(key, channel);
    else channel.tear(seq);
  }

  /**
   * To be asked for before a thread is deleted, and called once it is: ends its readers here with `DELETED`. A thread that
   * was made under the same name in between is another's and stays.
   */
  deletion(key: ThreadKey): () => void {
    const channel = this.#hub.get(key);
    return () => {
      if (channel !== undefined) this.#hub.drop(key, channel);
    };
  }

  /** Has readers look whether what they read still is: a run of the thread has ended and could not say so. */
  nudge(key: ThreadKey): void {
    this.#hub.get(key)?.nudge();
  }

  /** Ends what readers are left, with `why`: one whose run is another replica's would have the process wait for that. */
  dismiss(why: RunError): void {
    this.#hub.fail(why);
  }

  readonly #read = async (key: ThreadKey, after: number, limit: number): Promise<readonly LogEvent[]> => {
    const { store, system, patienceMs } = this.options;
    const since = system.now();
    for (;;) {
      try {
        return await store.events.read(key, after, limit);
      } catch (error) {
        const away = error instanceof StoreError && error.code === "unavailable";
        if (!away || system.now() - since >= patienceMs) throw error;
        await system.sleep(REREAD_MS);
      }
    }
  };
}
