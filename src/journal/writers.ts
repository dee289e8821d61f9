import type { RunError } from "../domain/error.ts";
import type { LogEvent } from "../domain/event.ts";
import type { Channel } from "./channel.ts";
import type { RunWriter } from "./writer.ts";

/** Why a run must stop because of its log. `lost`: another replica has taken it over, this one may write no more. */
export type Broken = RunError | "lost";

/** A run's writer, as this process knows it. */
interface Registered {
  /** Where what it has committed is announced. */
  readonly channel: Channel;
  /** Null: it has been told already. */
  broken: ((why: Broken) => void) | null;
}

/** The runs that this process writes. */
export class Writers {
  readonly #known = new Map<RunWriter, Registered>();

  add(writer: RunWriter, channel: Channel, broken: (why: Broken) => void): void {
    this.#known.set(writer, { channel, broken });
  }

  /** Returns where it was announced, if it was known. */
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

  /** Those with words on their way to the store, or waiting behind the commit under way. */
  speaking(): readonly RunWriter[] {
    return [...this.#known.keys()].filter((writer) => writer.isInFlight || writer.hasPending);
  }

  /** Announces what is new of what was committed: something that was lost and written again has been announced before. */
  publish(writer: RunWriter, events: readonly LogEvent[]): void {
    const channel = this.channelOf(writer);
    if (channel === undefined) return;
    const isNew = (events[0]?.seq ?? 0) > channel.head;
    channel.publish(isNew ? events : events.filter(({ seq }) => seq > channel.head));
  }

  /** Told once; a second reason adds nothing. */
  break(writer: RunWriter, why: Broken): void {
    const registered = this.#known.get(writer);
    const broken = registered?.broken ?? null;
    if (registered === undefined || broken === null) return;
    registered.broken = null;
    broken(why);
  }
}
