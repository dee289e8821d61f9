/** Takes the bytes of a body that lie between `from` and `to`. They are the caller's again afterwards. */
export type Take = (bytes: Buffer, from: number, to: number) => void;

/** Tells where a body ends, and its bytes from what stands between them (RFC 9112 §6). */
export interface Framing {
  /** The body has been read to its end. */
  readonly isOver: boolean;
  /** Whether it ends as it should when the connection is closed. */
  readonly endsByClose: boolean;
  /**
   * Reads on at `from` and has the next piece of the body taken, if there is one. Returns where to go on. Throws an Error when
   * the bytes cannot be a body.
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

/** A body that goes on until the connection is closed. */
export class UntilClose implements Framing {
  readonly isOver = false;
  readonly endsByClose = true;

  read(bytes: Buffer, from: number, take: Take): number {
    take(bytes, from, bytes.length);
    return bytes.length;
  }
}
