/** A body starts with so much room, in bytes, and grows to this before it gets room for all of it. */
const FIRST = 64 * 1024;
const SOON = 1024 * 1024;

/**
 * The bytes of a body as they arrive, in one buffer. Joining a thousand chunks at the end, or doubling a buffer, would hold the
 * event loop while megabytes are copied, and many bodies that arrive together would do so in the same turn. Room that has not been
 * written to costs addresses and no memory.
 */
export class ReceivedBytes {
  #buffer = new ArrayBuffer(0);
  #size = 0;

  /** `expected` is how much will arrive, at most. */
  constructor(private readonly expected: number) {}

  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    const size = this.#size + chunk.length;
    if (size > this.#buffer.byteLength) {
      const soon = [FIRST, SOON].find((some) => size <= some && some < this.expected);
      // More than expected: its length was declared wrong.
      const room = soon ?? (size <= this.expected ? this.expected : 2 * size);
      // The old buffer is freed at once; a copy of it would wait for the collector.
      this.#buffer = this.#buffer.transfer(room);
    }
    new Uint8Array(this.#buffer).set(chunk, this.#size);
    this.#size = size;
  }

  /** Returns all of them. They have the buffer to themselves, which may be larger. */
  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, 0, this.#size);
  }
}
