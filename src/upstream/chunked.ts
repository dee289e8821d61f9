import type { Framing, Take } from "./framing.ts";

/** The most bytes of sizes, extensions and trailers in a row, without any byte of the body in between. */
const MAX_BETWEEN = 16 * 1024;
/** Larger than any real chunk, and still exact in a number. */
const MAX_SIZE = 2 ** 48;

const [TAB, LF, CR, SPACE, SEMICOLON] = [9, 10, 13, 32, 59];

/** The part of the body that the next byte belongs to. */
const SIZE = 0;
const AFTER_SIZE = 1;
const EXTENSION = 2;
const LF_OF_SIZE = 3;
const DATA = 4;
const END_OF_DATA = 5;
const LF_OF_DATA = 6;
const TRAILER = 7;
const IN_TRAILER = 8;
const LF_OF_BODY = 9;

/**
 * Decodes a chunked body (RFC 9112 §7.1) byte by byte: it may be split anywhere, and a token is one chunk. A line may
 * end in LF alone. Extensions and trailers are skipped.
 */
export class Chunked implements Framing {
  readonly endsByClose = false;
  isOver = false;
  #at = SIZE;
  #hasDigit = false;
  /** The bytes left of the chunk's data, once its size is known. */
  #left = 0;
  #between = 0;

  read(bytes: Buffer, from: number, take: Take): number {
    if (this.#at === DATA) return this.#data(bytes, from, take);
    let to = from;
    while (to < bytes.length && this.#at !== DATA && !this.isOver) this.#step(bytes[to++] ?? 0);
    this.#between += to - from;
    if (this.#between > MAX_BETWEEN) throw new Error(`The server's chunk size is longer than ${MAX_BETWEEN} bytes.`);
    return to;
  }

  #data(bytes: Buffer, from: number, take: Take): number {
    const to = Math.min(bytes.length, from + this.#left);
    this.#left -= to - from;
    if (this.#left === 0) this.#at = END_OF_DATA;
    this.#between = 0;
    take(bytes, from, to);
    return to;
  }

  #step(byte: number): void {
    if (this.#at === SIZE) this.#size(byte);
    else if (this.#at <= LF_OF_SIZE) this.#afterSize(byte);
    else if (this.#at <= LF_OF_DATA) this.#afterData(byte);
    else this.#trailer(byte);
  }

  #size(byte: number): void {
    const digit = hexOf(byte);
    if (digit >= 0) {
      this.#left = this.#left * 16 + digit;
      this.#hasDigit = true;
      if (this.#left >= MAX_SIZE) throw unreadable();
      return;
    }
    if (!this.#hasDigit) throw unreadable();
    this.#afterSize(byte);
  }

  #afterSize(byte: number): void {
    if (byte === LF) this.#sized();
    else if (this.#at === LF_OF_SIZE) throw unreadable();
    else if (byte === CR) this.#at = LF_OF_SIZE;
    else if (this.#at === EXTENSION) return;
    else if (byte === SEMICOLON) this.#at = EXTENSION;
    else if (byte === SPACE || byte === TAB) this.#at = AFTER_SIZE;
    else throw unreadable();
  }

  #sized(): void {
    this.#hasDigit = false;
    this.#at = this.#left === 0 ? TRAILER : DATA;
  }

  #afterData(byte: number): void {
    if (byte === LF) this.#at = SIZE;
    else if (byte === CR && this.#at === END_OF_DATA) this.#at = LF_OF_DATA;
    else throw new Error("The server sent a chunk that is longer than its size.");
  }

  /** An empty line ends the trailers and the body. */
  #trailer(byte: number): void {
    if (this.#at === LF_OF_BODY) {
      if (byte !== LF) throw new Error("The server sent a trailer that cannot be read.");
      this.isOver = true;
    } else if (this.#at === IN_TRAILER) {
      if (byte === LF) this.#at = TRAILER;
    } else if (byte === LF) this.isOver = true;
    else this.#at = byte === CR ? LF_OF_BODY : IN_TRAILER;
  }
}

/** Returns the value of a hexadecimal digit, or -1 when it is not one. */
const hexOf = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

const unreadable = (): Error => new Error("The server sent a chunk whose size cannot be read.");
