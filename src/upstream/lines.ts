const LF = 10;
const CR = "\r";

/**
 * Splits a head into lines. Its bytes arrive in pieces, split anywhere. Latin-1; a line ends in CRLF or LF alone (RFC
 * 9112 §2.2). All lines together are at most `max` bytes.
 */
export class Lines {
  /** The position after the line that was read last. */
  at = 0;
  #rest = "";
  #read = 0;

  constructor(private readonly max: number) {}

  /**
   * Returns the line at `from` without its line end; null when it is incomplete and `bytes` is used up. Throws past
   * `max`.
   */
  next(bytes: Buffer, from: number): string | null {
    const end = bytes.indexOf(LF, from);
    this.at = end < 0 ? bytes.length : end + 1;
    this.#read += this.at - from;
    if (this.#read > this.max) throw new Error(`The server's head is longer than ${this.max} bytes.`);
    const text = this.#rest + bytes.toString("latin1", from, end < 0 ? bytes.length : end);
    if (end < 0) {
      this.#rest = text;
      return null;
    }
    this.#rest = "";
    return text.endsWith(CR) ? text.slice(0, -1) : text;
  }
}
