import { JsonCounter } from "../wire/json-counter.ts";
import { excessIn } from "./json-bounds.ts";
import { SinceEmitted } from "./since-emitted.ts";

/**
 * Longest event, in bytes; past it the stream counts as garbage. OpenAI's last event holds the whole answer and the
 * request.
 */
const MAX_EVENT = 8 * 1024 * 1024;
/** Consecutive bytes that emit nothing, such as endless comments or pings. */
const MAX_SILENT = 16 * 1024 * 1024;
/** Values in consecutive events that emit nothing: an SDK may hold them all until one does. */
const MAX_SILENT_VALUES = 200_000;
/** What an event counts in addition: it takes 40 µs and 6 KB to an SDK that holds it, whatever it contains. */
const EVENT_OVERHEAD = 20;
const LF = 0x0a;

/**
 * Checks the events of a stream that consists of lines of data, because a parser parses an event's content as soon as
 * its blank line arrives. Does not interpret events.
 */
export class EventBounds {
  #size = 0;
  #counter = new JsonCounter();
  #isMidLine = false;
  readonly #since: SinceEmitted;

  /** `emitted` returns how much of the answer has been emitted. */
  constructor(emitted: () => number) {
    this.#since = new SinceEmitted(emitted);
  }

  /**
   * Takes the next lines, and how many bytes of the stream they are made of. Returns what exceeds the bounds, in words
   * that complete "The answer …"; null when nothing does.
   */
  push(lines: Uint8Array, received: number): string | null {
    this.#since.received(received);
    let from = 0;
    let start = 0;
    for (let end = lines.indexOf(LF); end >= 0; end = lines.indexOf(LF, start)) {
      if (end === start && !this.#isMidLine) {
        const excess = this.#count(lines.subarray(from, end));
        if (excess !== null) return excess;
        if (this.#size > 0) this.#since.count += EVENT_OVERHEAD;
        this.#size = 0;
        this.#counter = new JsonCounter();
        from = end + 1;
      }
      this.#isMidLine = false;
      start = end + 1;
    }
    if (start < lines.length) this.#isMidLine = true;
    return this.#count(lines.subarray(from));
  }

  #count(bytes: Uint8Array): string | null {
    const before = this.#counter.values;
    this.#counter.push(bytes);
    this.#size += bytes.length;
    this.#since.count += this.#counter.values - before;
    if (this.#size > MAX_EVENT) return `holds an event with more than ${MAX_EVENT} bytes`;
    const excess = excessIn(this.#counter);
    if (excess !== null) return `holds an event with ${excess}`;
    if (this.#since.bytes > MAX_SILENT) return `brings no text for more than ${MAX_SILENT} bytes`;
    return this.#since.count > MAX_SILENT_VALUES ? "brings no text in too many events" : null;
  }
}
