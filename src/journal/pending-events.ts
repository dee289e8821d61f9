import type { EventType, LogEvent } from "../domain/event.ts";

/** Tokens are joined up to this many characters, so that a bound on events also bounds memory. */
const MAX_JOINED_CHARS = 16 * 1024;

/** An event that waits to be committed. Its text becomes JSON once it cannot grow any more. */
type Pending = Omit<LogEvent, "json"> & { json: string };

/** A run's events that wait for the store, in order. Consecutive tokens of a node are one event. */
export class PendingEvents {
  #events: Pending[] = [];
  /** The text of the last event and the node that emits it. Empty unless that event is a token or reasoning. */
  #text = "";
  #node = "";

  get length(): number {
    return this.#events.length;
  }

  /** Adds an event without text, or one whose text may grow. */
  push(event: LogEvent, node: string, text: string): void {
    this.endOfEvent();
    this.#events.push(event);
    this.#text = text;
    this.#node = node;
  }

  /** Adds the text to the last event. False, and nothing happens, when it belongs to another one. */
  join(type: EventType, node: string, text: string): boolean {
    const { length } = this.#text;
    if (length === 0 || length >= MAX_JOINED_CHARS || this.#node !== node || this.#events.at(-1)?.type !== type) {
      return false;
    }
    this.#text += text;
    return true;
  }

  /** Completes the last event: its text will not grow any more. */
  endOfEvent(): void {
    const last = this.#events.at(-1);
    if (this.#text === "" || last === undefined) return;
    last.json = `{"delta":${JSON.stringify(this.#text)}}`;
    this.#text = "";
  }

  /** Returns what waits, complete. It goes on waiting. */
  all(): readonly LogEvent[] {
    this.endOfEvent();
    return [...this.#events];
  }

  /** Takes all of it, or the first `count`. */
  take(count = this.#events.length): readonly LogEvent[] {
    this.endOfEvent();
    const taken = this.#events;
    this.#events = count === taken.length ? [] : taken.splice(count);
    return taken;
  }

  clear(): void {
    this.#events = [];
    this.#text = "";
  }
}
