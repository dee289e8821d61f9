/** Counts what a server has sent since something of the answer was emitted. */
export class SinceEmitted {
  /** Consecutive bytes. */
  bytes = 0;
  /** Consecutive events, or values in them: whatever the owner adds. */
  count = 0;
  #emitted = 0;

  /** `emitted` returns how much of the answer has been emitted. */
  constructor(private readonly emitted: () => number) {}

  /** Counts bytes that have arrived, from zero where something was emitted since the last call. */
  received(bytes: number): void {
    const emitted = this.emitted();
    if (emitted !== this.#emitted) {
      this.#emitted = emitted;
      this.bytes = 0;
      this.count = 0;
    }
    this.bytes += bytes;
  }
}
