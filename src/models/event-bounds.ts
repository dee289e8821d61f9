import { JsonCounter } from "../wire/json-counter.ts";
import { excessIn } from "./json-bounds.ts";

/**
 * Longest event, in bytes; past it the stream counts as garbage. OpenAI's last event holds the whole answer and the
 * request.
 */
const MAX_EVENT = 8 * 1024 * 1024;
/** Per event: Gemini sends calls whole in one event, bounded by the limits of an answer. */
const MAX_VALUES = 200_000;
/** Consecutive bytes without a line of data, such as endless comments or empty lines. */
const MAX_QUIET = 16 * 1024 * 1024;
/** The last is the first letter of `data`. */
const [LF, CR, D] = [10, 13, 100];

/**
 * Checks the events of a stream (WHATWG HTML §9.2) as they arrive, because a parser parses an event's content as soon
 * as its blank line arrives. Does not interpret events.
 */
export class EventBounds {
  #size = 0;
  #quiet = 0;
  #counter = new JsonCounter();
  /** Whether the last byte was a CR, whose LF may begin the next piece: CR LF is one line end. */
  #isAfterCr = false;
  #isEmptyLine = true;

  /**
   * Takes the next bytes. Returns what exceeds the bounds in the event that they belong to, in words that complete "an
   * event with …"; null when nothing does.
   */
  push(bytes: Uint8Array): string | null {
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      const isEnd = byte === CR || (byte === LF && !this.#isAfterCr);
      if (isEnd) {
        this.#line(bytes, from, at);
        this.#quiet += 1;
        const excess = this.#excess();
        if (excess !== null) return excess;
        if (this.#isEmptyLine) this.#blank();
        this.#isEmptyLine = true;
      }
      if (byte === CR || byte === LF) from = at + 1;
      this.#isAfterCr = byte === CR;
    }
    this.#line(bytes, from, bytes.length);
    return this.#excess();
  }

  #line(bytes: Uint8Array, from: number, to: number): void {
    if (to === from) return;
    this.#quiet = this.#isEmptyLine && bytes[from] === D ? 0 : this.#quiet + to - from;
    this.#isEmptyLine = false;
    this.#size += to - from;
    this.#counter.push(bytes.subarray(from, to));
  }

  #blank(): void {
    this.#size = 0;
    this.#counter = new JsonCounter();
  }

  #excess(): string | null {
    if (this.#quiet > MAX_QUIET) return `${MAX_QUIET} bytes that are no data`;
    return this.#size > MAX_EVENT ? `more than ${MAX_EVENT} bytes` : excessIn(this.#counter, MAX_VALUES);
  }
}
