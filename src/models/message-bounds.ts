import { JsonCounter } from "../wire/json-counter.ts";
import { garbage } from "./failure.ts";
import { excessIn } from "./json-bounds.ts";
import { SinceEmitted } from "./since-emitted.ts";

/** The longest message, in bytes. The SDK copies what it has of a message with every piece that arrives. */
const MAX_MESSAGE = 8 * 1024 * 1024;
/** Consecutive bytes, and messages, that emit nothing. */
const MAX_SILENT = 16 * 1024 * 1024;
const MAX_SILENT_MESSAGES = 10_000;
/** Two lengths and their checksum (CRC-32) come before the headers, a checksum after the payload. */
const PRELUDE = 12;
const CHECKSUM = 4;

/**
 * Checks the messages of Amazon's event stream, whose payload is JSON, before a provider collects and parses them.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export class MessageBounds {
  readonly #prelude = new Uint8Array(PRELUDE);
  /** How much of the message has been read. */
  #read = 0;
  #length = 0;
  #payloadFrom = 0;
  #counter = new JsonCounter();
  readonly #since: SinceEmitted;

  /** `emitted` returns how much of the answer has been emitted. */
  constructor(emitted: () => number) {
    this.#since = new SinceEmitted(emitted);
  }

  /**
   * Takes the next bytes. Returns what exceeds the bounds, in words that complete "The answer …"; null when nothing.
   * Throws a ModelError for what is no message.
   */
  push(bytes: Uint8Array): string | null {
    this.#since.received(bytes.length);
    if (this.#since.bytes > MAX_SILENT) return `says nothing for more than ${MAX_SILENT} bytes`;
    for (let at = 0; at < bytes.length; ) {
      const taken = this.#read < PRELUDE ? this.#takePrelude(bytes, at) : this.#takeRest(bytes, at);
      if (typeof taken === "string") return taken;
      at += taken;
    }
    return null;
  }

  #takePrelude(bytes: Uint8Array, at: number): number | string {
    const piece = bytes.subarray(at, at + PRELUDE - this.#read);
    this.#prelude.set(piece, this.#read);
    this.#read += piece.length;
    if (this.#read < PRELUDE) return piece.length;
    const view = new DataView(this.#prelude.buffer);
    this.#length = view.getUint32(0);
    this.#payloadFrom = PRELUDE + view.getUint32(4);
    // What is no event stream has any bytes there.
    const isPrelude = view.getUint32(8) === Bun.hash.crc32(this.#prelude.subarray(0, PRELUDE - CHECKSUM));
    if (!isPrelude || this.#length < this.#payloadFrom + CHECKSUM) throw garbage("");
    if (this.#length > MAX_MESSAGE) return `holds an event of more than ${MAX_MESSAGE} bytes`;
    return piece.length;
  }

  #takeRest(bytes: Uint8Array, at: number): number | string {
    const piece = bytes.subarray(at, at + this.#length - this.#read);
    const [from, to] = [this.#payloadFrom, this.#length - CHECKSUM].map((place) => Math.max(0, place - this.#read));
    this.#counter.push(piece.subarray(from, to));
    this.#read += piece.length;
    const excess = excessIn(this.#counter);
    if (excess !== null) return `holds an event with ${excess}`;
    if (this.#read < this.#length) return piece.length;
    this.#read = 0;
    this.#counter = new JsonCounter();
    this.#since.count += 1;
    return this.#since.count > MAX_SILENT_MESSAGES ? "says nothing in too many events" : piece.length;
  }
}
