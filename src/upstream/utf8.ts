const STREAMING = { stream: true } as const;

/**
 * UTF-8 that arrives in pieces, cut anywhere, as text (WHATWG Encoding, "decode": what is no UTF-8 becomes U+FFFD, a byte
 * order mark in front is dropped). A piece that ends in ASCII, as those of an event stream do, is read where it lies: a
 * TextDecoder wants a view of it, which costs more than reading it.
 */
export class Utf8 {
  readonly #decoder = new TextDecoder();
  /** The decoder may hold a part of a character, or, at the beginning, wait for a mark. */
  #isAmid = true;

  read(bytes: Buffer, from: number, to: number): string {
    if (from === to) return "";
    const endsWhole = (bytes[to - 1] ?? 0) < 0x80;
    if (endsWhole && !this.#isAmid) return bytes.toString("utf8", from, to);
    this.#isAmid = !endsWhole;
    return this.#decoder.decode(bytes.subarray(from, to), STREAMING);
  }
}
