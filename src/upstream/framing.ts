/** Receives the bytes of a body between `from` and `to`. The caller may reuse the buffer afterwards. */
export type Take = (bytes: Buffer, from: number, to: number) => void;

/** Finds a body's end, and separates its bytes from the framing between them (RFC 9112 §6). */
export interface Framing {
  /** The body has been read to its end. */
  readonly isOver: boolean;
  /** Whether closing the connection is the body's regular end. */
  readonly endsByClose: boolean;
  /**
   * Reads from `from` and passes the next piece of the body, if there is one, to `take`. Returns the position to
   * continue at. Throws an Error when the bytes are not a valid body.
   */
  read(bytes: Buffer, from: number, take: Take): number;
}

/** A body of known length. */
export class Counted implements Framing {
  readonly endsByClose = false;

  constructor(private left: number) {}

  get isOver(): boolean {
    return this.left === 0;
  }

  read(bytes: Buffer, from: number, take: Take): number {
    const to = Math.min(bytes.length, from + this.left);
    this.left -= to - from;
    if (to > from) take(bytes, from, to);
    return to;
  }
}

/** A body that ends when the connection is closed. */
export class UntilClose implements Framing {
  readonly isOver = false;
  readonly endsByClose = true;

  read(bytes: Buffer, from: number, take: Take): number {
    take(bytes, from, bytes.length);
    return bytes.length;
  }
}
