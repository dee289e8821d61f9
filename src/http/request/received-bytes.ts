/** A body's buffer starts with this many bytes, and grows to `SOON` before it gets room for the whole body. */
const FIRST = 64 * 1024;
const SOON = 1024 * 1024;

/**
 * Collects the bytes of a body in one buffer as they arrive. Joining a thousand chunks at the end, or doubling a
 * buffer, would block the event loop while megabytes are copied, and many bodies that arrive together would do so in
 * the same turn. Space that has not been written to takes address space and no memory.
 */
export class ReceivedBytes {
  #buffer = new ArrayBuffer(0);
  #size = 0;

  /** `expected` is how many bytes will arrive at most. */
  constructor(private readonly expected: number) {}

  get size(): number {
    return this.#size;
  }

  /** Adds a chunk, whose memory is freed. */
  push(chunk: Uint8Array): void {
    const size = this.#size + chunk.length;
    if (size > this.#buffer.byteLength) {
      const soon = [FIRST, SOON].find((some) => size <= some && some < this.expected);
      // More than expected: its length was declared wrong.
      const capacity = soon ?? (size <= this.expected ? this.expected : 2 * size);
      // The old buffer is freed at once; a copy would leave it to the garbage collector.
      this.#buffer = this.#buffer.transfer(capacity);
    }
    new Uint8Array(this.#buffer).set(chunk, this.#size);
    this.#size = size;
    free(chunk);
  }

  /** Frees the bytes of a body that is refused: dozens of them would wait for the garbage collector. */
  drop(): void {
    this.#buffer = this.#buffer.transfer(0);
    this.#size = 0;
  }

  /** Returns all bytes. Nothing else is in their buffer, which may be larger. */
  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, 0, this.#size);
  }
}

/** Does nothing for a part of a larger buffer, which holds other data too. */
const free = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
};
