const LF = 10;
const CR = "\r";

/**
 * A head's lines out of bytes that arrive in pieces, cut anywhere: Latin-1, ended by CRLF or LF alone (RFC 9112 §2.2), at most so many
 * characters in all.
 */
export class Lines {
  /** Where the line that was read last ended. */
  at = 0;
  #rest = "";
  #read = 0;

  constructor(private readonly max: number) {}

  /** The line that begins at `from`, without its end; null when there is more to come, and all of `bytes` was taken. Throws past the bound. */
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
