import { RunError } from "../domain/error.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { Channel, type Listener } from "./channel.ts";
import { Pulse } from "./heartbeat-timer.ts";

/** What is left to say to whoever reads or runs in a thread that is no more. */
export const DELETED = new RunError("cancelled", "The thread was deleted.");

/** What a reader is told that has read what the store has lost since: another log than the one there is. */
export const TORN = new RunError("interrupted", "The database has lost what was read last.");

/** A channel as it was looked at. */
interface Remote {
  readonly key: ThreadKey;
  readonly channel: Channel;
  readonly head: number;
}

/** The channels of all threads that somebody in this process reads or writes just now. */
export class Hub {
  /** What tells readers that time has passed. */
  readonly pulse = new Pulse();
  readonly #channels = new Map<ThreadKey, Channel>();

  get(key: ThreadKey): Channel | undefined {
    return this.#channels.get(key);
  }

  /** A reader comes. Registered before it looks at anything, so that no commit slips in between. */
  join(key: ThreadKey, listener: Listener): Channel {
    const channel = this.#obtain(key);
    channel.listeners.add(listener);
    return channel;
  }

  leave(key: ThreadKey, channel: Channel, listener: Listener): void {
    channel.listeners.delete(listener);
    this.#release(key, channel);
  }

  /**
   * A writer of this process comes; the log is committed up to `seq`. A thread that is made under a deleted one's name counts on
   * behind it, so if more was known of the log, the database has lost that.
   */
  open(key: ThreadKey, seq: number): Channel {
    const channel = this.#obtain(key);
    if (channel.head > seq) channel.tear(seq);
    channel.open(seq);
    return channel;
  }

  close(key: ThreadKey, channel: Channel): void {
    channel.writers--;
    this.#release(key, channel);
  }

  /** The thread is deleted: its readers are told, and one that is made under its name begins with nothing. */
  drop(key: ThreadKey, channel: Channel): void {
    channel.fail(DELETED);
    if (this.#channels.get(key) === channel) this.#channels.delete(key);
  }

  /** Threads that are read here and written, if at all, by another replica. */
  remote(): readonly Remote[] {
    const remote: Remote[] = [];
    for (const [key, channel] of this.#channels) {
      if (channel.writers === 0) remote.push({ key, channel, head: channel.head });
    }
    return remote;
  }

  /** Tells every reader that there is nothing more to come from here. */
  fail(error: Error): void {
    for (const channel of this.#channels.values()) channel.fail(error);
  }

  #obtain(key: ThreadKey): Channel {
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const channel = new Channel();
    this.#channels.set(key, channel);
    return channel;
  }

  #release(key: ThreadKey, channel: Channel): void {
    if (channel.writers > 0 || channel.listeners.size > 0) return;
    if (this.#channels.get(key) === channel) this.#channels.delete(key);
  }
}
