import type { RunError } from "../domain/error.ts";
import type { LogEvent } from "../domain/event.ts";
import type { Topics } from "../replicas/contract.ts";
import type { Channel } from "./channel.ts";
import type { RunWriter } from "./writer.ts";

/**
 * Why a run must stop because of its log. `lost`: another replica has taken it over, and this one may not write any
 * more.
 */
export type StopCause = RunError | "lost";

/** A registered writer of this process. */
interface Registered {
  /** Where its commits are announced. */
  readonly channel: Channel;
  /** Null once it was called. */
  broken: ((why: StopCause) => void) | null;
}

/** The runs that this process writes. */
export class Writers {
  readonly #known = new Map<RunWriter, Registered>();

  constructor(private readonly topics: Topics) {}

  add(writer: RunWriter, channel: Channel, broken: (why: StopCause) => void): void {
    this.#known.set(writer, { channel, broken });
  }

  /** Returns the writer's channel, if it was registered. */
  remove(writer: RunWriter): Channel | undefined {
    const channel = this.channelOf(writer);
    this.#known.delete(writer);
    return channel;
  }

  has(writer: RunWriter): boolean {
    return this.#known.has(writer);
  }

  channelOf(writer: RunWriter): Channel | undefined {
    return this.#known.get(writer)?.channel;
  }

  /** Returns the writers with events on their way to the store, or waiting for the next commit. */
  uncommitted(): readonly RunWriter[] {
    return [...this.#known.keys()].filter((writer) => writer.isInFlight || writer.hasPending);
  }

  /** Announces the new ones of the committed events. Lost events that were written again have been announced before. */
  publish(writer: RunWriter, events: readonly LogEvent[]): void {
    const channel = this.channelOf(writer);
    if (channel === undefined) return;
    const isNew = (events[0]?.seq ?? 0) > channel.head;
    channel.publish(isNew ? events : events.filter(({ seq }) => seq > channel.head));
    if (events.length > 0) this.topics.changed(channel.topic);
  }

  /** Calls `broken` once; a second reason is ignored. */
  break(writer: RunWriter, why: StopCause): void {
    const registered = this.#known.get(writer);
    const broken = registered?.broken ?? null;
    if (registered === undefined || broken === null) return;
    registered.broken = null;
    broken(why);
  }
}
