import { RunError } from "../domain/error.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { Channel, type ChannelListener } from "./channel.ts";
import { HeartbeatTimer } from "./reader-heartbeat.ts";

/** The error that ends readers and runs of a deleted thread. */
export const DELETED = new RunError("cancelled", "The thread was deleted.");

/**
 * The error for a reader whose last events the store no longer has: the database has lost them, or retention has removed
 * them.
 */
export const TRUNCATED = new RunError("interrupted", "The log no longer has the events that were read last.");

/** The channel of a thread that is read here and written, if at all, by another replica. */
interface Remote {
  readonly key: ThreadKey;
  readonly channel: Channel;
}

/** Is told of such channels. */
interface RemoteListener {
  /** A reader waits for the channel's next event. May be told more than once. */
  begin(key: ThreadKey, channel: Channel): void;
  /** The channel has no more readers, or this process writes to it. May be told of any channel. */
  end(key: ThreadKey): void;
}

/** The channels of all threads that this process currently reads or writes. */
export class Hub {
  /** Notifies readers that time has passed. */
  readonly heartbeat = new HeartbeatTimer();
  readonly #channels = new Map<ThreadKey, Channel>();
  /** Set once, before there are channels. */
  remoteListener: RemoteListener | undefined;

  get(key: ThreadKey): Channel | undefined {
    return this.#channels.get(key);
  }

  /** Adds a reader. It is registered before it reads anything, so that it misses no commit. */
  join(key: ThreadKey, listener: ChannelListener): Channel {
    const channel = this.#obtain(key);
    channel.listeners.add(listener);
    return channel;
  }

  /** A reader that has everything there is waits for more. */
  awaits(key: ThreadKey, channel: Channel): void {
    if (channel.writers === 0 && this.#channels.get(key) === channel) this.remoteListener?.begin(key, channel);
  }

  leave(key: ThreadKey, channel: Channel, listener: ChannelListener): void {
    channel.listeners.delete(listener);
    this.#release(key, channel);
  }

  /**
   * Adds a writer of this process to a log that is committed up to `seq`. A thread created under a deleted one's name
   * continues its numbers; so if this process knew of later events, the database has lost them.
   */
  open(key: ThreadKey, seq: number): Channel {
    const channel = this.#obtain(key);
    this.remoteListener?.end(key);
    if (channel.head > seq) channel.truncate(seq);
    channel.open(seq);
    return channel;
  }

  close(key: ThreadKey, channel: Channel): void {
    channel.writers--;
    this.#release(key, channel);
  }

  /** Ends the readers of a deleted thread. A thread created under its name begins with a new channel. */
  drop(key: ThreadKey, channel: Channel): void {
    channel.fail(DELETED);
    if (this.#channels.get(key) === channel) this.#forget(key);
  }

  remote(): readonly Remote[] {
    const remote: Remote[] = [];
    for (const [key, channel] of this.#channels) if (channel.writers === 0) remote.push({ key, channel });
    return remote;
  }

  /** Makes all readers of this process look again. */
  recheckAll(): void {
    for (const channel of this.#channels.values()) channel.recheck();
  }

  /** Ends every reader of this process with `error`. */
  fail(error: Error): void {
    for (const channel of this.#channels.values()) channel.fail(error);
  }

  #obtain(key: ThreadKey): Channel {
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const channel = new Channel(key);
    this.#channels.set(key, channel);
    return channel;
  }

  #release(key: ThreadKey, channel: Channel): void {
    if (channel.writers > 0 || channel.listeners.size > 0) return;
    if (this.#channels.get(key) === channel) this.#forget(key);
  }

  #forget(key: ThreadKey): void {
    this.#channels.delete(key);
    this.remoteListener?.end(key);
  }
}
