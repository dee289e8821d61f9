import type { ThreadKey } from "../domain/thread.ts";
import { type Bell, Channel } from "./channel.ts";

/** The channels of all threads that somebody in this process reads or writes just now. */
export class Hub {
  readonly #channels = new Map<ThreadKey, Channel>();

  get(key: ThreadKey): Channel | undefined {
    return this.#channels.get(key);
  }

  /** A reader comes. Registered before it looks at anything, so that no commit slips in between. */
  join(key: ThreadKey, bell: Bell): Channel {
    const channel = this.#obtain(key);
    channel.bells.add(bell);
    return channel;
  }

  leave(key: ThreadKey, bell: Bell): void {
    this.#channels.get(key)?.bells.delete(bell);
    this.#release(key);
  }

  /** A writer of this process comes; the log is committed up to `seq`. */
  open(key: ThreadKey, seq: number): Channel {
    const channel = this.#obtain(key);
    channel.open(seq);
    return channel;
  }

  close(key: ThreadKey): void {
    const channel = this.#channels.get(key);
    if (channel !== undefined) channel.writers--;
    this.#release(key);
  }

  /** Threads that are read here and written, if at all, by another replica. */
  remote(): ThreadKey[] {
    const keys: ThreadKey[] = [];
    for (const [key, channel] of this.#channels) if (channel.writers === 0) keys.push(key);
    return keys;
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

  #release(key: ThreadKey): void {
    const channel = this.#channels.get(key);
    if (channel !== undefined && channel.writers === 0 && channel.bells.size === 0) this.#channels.delete(key);
  }
}
