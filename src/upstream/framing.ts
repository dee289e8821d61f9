import { Lines } from "./lines.ts";

/** Tells where a body ends, and its bytes from what stands between them (RFC 9112 §6). */
export interface Framing {
  /** The body has been read to its end. */
  readonly isOver: boolean;
  /** Whether it ends as it should when the connection is closed. */
  readonly endsByClose: boolean;
  /**
   * Reads on from `at` and has the next piece of the body taken, if there is one. Returns where to go on. Throws an Error when
   * the bytes cannot be a body.
   */
  read(bytes: Buffer, at: number, take: (piece: Buffer) => void): number;
}

/** A body of known length. */
export class Counted implements Framing {
  readonly endsByClose = false;

  constructor(private left: number) {}

  get isOver(): boolean {
    return this.left === 0;
  }

  read(bytes: Buffer, at: number, take: (piece: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.left);
    this.left -= end - at;
    if (end > at) take(bytes.subarray(at, end));
    return end;
  }
}

/** A body that goes on until the connection is closed. */
export class UntilClose implements Framing {
  readonly isOver = false;
  readonly endsByClose = true;

  read(bytes: Buffer, at: number, take: (piece: Buffer) => void): number {
    take(bytes.subarray(at));
    return bytes.length;
  }
}

/** The size of a chunk, and an extension that nobody reads. Thirteen digits would be past what a number counts. */
const SIZE = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i;
/** Bytes of all chunk sizes, extensions and trailers in a row, with no byte of the body between. */
const MAX_LINE = 16 * 1024;

/** A body in chunks, each behind its size (RFC 9112 §7.1). Trailers are passed over. */
export class Chunked implements Framing {
  readonly endsByClose = false;
  isOver = false;
  readonly #lines = new Lines("chunk size", MAX_LINE);
  #state: "size" | "data" | "end" | "trailers" = "size";
  #left = 0;

  read(bytes: Buffer, at: number, take: (piece: Buffer) => void): number {
    if (this.#state === "data") return this.#data(bytes, at, take);
    const line = this.#lines.next(bytes, at);
    if (line !== null) this.#line(line);
    return this.#lines.at;
  }

  #data(bytes: Buffer, at: number, take: (piece: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#state = "end";
    this.#lines.forget();
    take(bytes.subarray(at, end));
    return end;
  }

  #line(line: string): void {
    if (this.#state === "trailers") {
      this.isOver = line === "";
      return;
    }
    if (this.#state === "end") {
      if (line !== "") throw new Error("The server sent a chunk that is longer than its size.");
      this.#state = "size";
      return;
    }
    const size = SIZE.exec(line)?.[1];
    if (size === undefined) throw new Error("The server sent a chunk whose size cannot be read.");
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? "trailers" : "data";
  }
}
