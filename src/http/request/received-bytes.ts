const FIRST = 64 * 1024;

/**
 * The bytes of a body as they come, in one buffer that grows: to join a thousand pieces at the end would hold the event loop for
 * as long as 20 MiB take to copy. It is never more than twice as large as what has come.
 */
export class ReceivedBytes {
  #buffer = new ArrayBuffer(0);
  #size = 0;

  /** `most` is what will come at most. */
  constructor(private readonly most: number) {}

  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    const size = this.#size + chunk.length;
    if (size > this.#buffer.byteLength) {
      const room = Math.max(size, Math.min(this.most, Math.max(FIRST, 2 * this.#buffer.byteLength)));
      // The old one is gone at once; a copy of it would wait for the collector.
      this.#buffer = this.#buffer.transfer(room);
    }
    new Uint8Array(this.#buffer).set(chunk, this.#size);
    this.#size = size;
  }

  /** All of them. They have the buffer to themselves, which may be a little larger. */
  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, 0, this.#size);
  }
}
