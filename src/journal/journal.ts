import type { RunError } from "../domain/error.ts";
import type { LogEvent } from "../domain/event.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { runsTopic } from "../replicas/contract.ts";
import type { Fence } from "../store/log/contract.ts";
import { StoreError } from "../store/store-error.ts";
import { Follower, type FollowSource } from "./follow.ts";
import { type CommitOptions, GroupCommit } from "./group-commit.ts";
import { Hub } from "./hub.ts";
import { RemoteLogs } from "./remote-logs.ts";
import { RunWriter } from "./writer.ts";
import type { WriterOptions } from "./writer-options.ts";
import type { StopCause } from "./writers.ts";

/** Milliseconds between a reader's attempts to reach a store that is away. */
const REREAD_MS = 250;

/** The log as other modules use it: runs write to it, readers follow it. */
export class Journal {
  readonly #hub = new Hub();
  readonly #remote: RemoteLogs;
  readonly #commit: GroupCommit;
  readonly #source: FollowSource;

  constructor(private readonly options: Omit<CommitOptions, "hub">) {
    this.#commit = new GroupCommit({ ...options, hub: this.#hub });
    this.#remote = new RemoteLogs({ ...options, hub: this.#hub });
    this.#hub.remoteListener = this.#remote;
    this.#source = { hub: this.#hub, read: this.#read, now: () => options.system.now() };
  }

  /** Opens the log for a run that holds the fence. `lastSeq` is the thread's last seq. */
  open(fence: Fence, lastSeq: number, broken: (why: StopCause) => void, options?: WriterOptions): RunWriter {
    const writer = new RunWriter(fence, lastSeq, this.#commit, options);
    this.#commit.register(writer, this.#hub.open(fence.threadKey, lastSeq), broken);
    this.options.topics.changed(runsTopic(fence.threadKey));
    return writer;
  }

  /** Returns a `Follower`. If the store goes away during a read, the read is retried for `storeWaitMs`. */
  follow(key: ThreadKey, cursor: number, quietMs: number, reaches?: number): Follower {
    return new Follower(this.#source, key, cursor, quietMs, reaches);
  }

  /**
   * Checks for new events of threads that another replica writes and this one reads: one statement for many of them, and
   * none when there are none. It depends on no notification, so it also works behind a pooler without LISTEN.
   */
  tick(): Promise<void> {
    return this.#remote.tick();
  }

  /**
   * Prepares the deletion of a thread; call this before it is deleted, and the returned function afterwards. That
   * function ends the thread's readers of this process with `DELETED`. A thread created under the same name in between
   * is another one and is not affected.
   */
  deletion(key: ThreadKey): () => void {
    const channel = this.#hub.get(key);
    return () => {
      if (channel !== undefined) this.#hub.drop(key, channel);
    };
  }

  /** Makes the thread's readers recheck that their run still exists: one has ended without an event. */
  recheck(key: ThreadKey): void {
    this.#hub.get(key)?.recheck();
  }

  /** Makes all readers look again, at their run and at whether the process is leaving them. */
  recheckAll(): void {
    this.#hub.recheckAll();
  }

  /**
   * Ends all remaining readers with `why`. Without this the process would wait for readers whose runs belong to another
   * replica.
   */
  dismiss(why: RunError): void {
    this.#hub.fail(why);
  }

  readonly #read = async (key: ThreadKey, after: number, limit: number): Promise<readonly LogEvent[]> => {
    const { store, system, storeWaitMs } = this.options;
    const since = system.now();
    for (;;) {
      try {
        return await store.events.read(key, after, limit);
      } catch (error) {
        const away = error instanceof StoreError && error.code === "unavailable";
        if (!away || system.now() - since >= storeWaitMs) throw error;
        await system.sleep(REREAD_MS);
      }
    }
  };
}
