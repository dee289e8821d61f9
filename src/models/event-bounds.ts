import { JsonCounter } from "../wire/json-counter.ts";
import { excessIn } from "./json-bounds.ts";

/** Longest event, in bytes; past it the stream counts as garbage. OpenAI's last one holds the whole answer, and what it was asked. */
const MAX_EVENT = 8 * 1024 * 1024;
/** Of one event: Gemini's calls come whole in theirs, and their bound is the answer's. */
const MAX_VALUES = 200_000;
/** Bytes in a row without a line of data: comments for ever, empty lines. */
const MAX_QUIET = 16 * 1024 * 1024;
/** The last is how `data` begins. */
const [LF, CR, D] = [10, 13, 100];

/**
 * Looks at the events of a stream (WHATWG HTML §9.2) while they come: what one of them holds is parsed at once, when its blank
 * line has come. Knows of no event what it is.
 */
export class EventBounds {
  #size = 0;
  #quiet = 0;
  #counter = new JsonCounter();
  /** What a line may have ended with that goes on in the next piece: CR LF is one end. */
  #isAfterCr = false;
  #isEmptyLine = true;

  /** Takes the next bytes. What is too much about the event that they belong to, in words that complete "an event with …". */
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
