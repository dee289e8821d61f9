const STREAMING = { stream: true } as const;

/**
 * Decodes UTF-8 that arrives in pieces, split anywhere (WHATWG Encoding, "decode": invalid bytes become U+FFFD, a
 * leading byte order mark is removed). A piece that ends in ASCII, as those of an event stream do, is decoded in place:
 * a TextDecoder requires a view of it, which costs more than decoding it.
 */
export class Utf8 {
  readonly #decoder = new TextDecoder();
  /** Whether the decoder may hold part of a character or, at the start, await a byte order mark. */
  #isAmid = true;

  read(bytes: Buffer, from: number, to: number): string {
    if (from === to) return "";
    const endsWhole = (bytes[to - 1] ?? 0) < 0x80;
    if (endsWhole && !this.#isAmid) return bytes.toString("utf8", from, to);
    this.#isAmid = !endsWhole;
    return this.#decoder.decode(bytes.subarray(from, to), STREAMING);
  }
}
