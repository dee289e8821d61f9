const STREAMING = { stream: true } as const;
/** The first byte of a byte order mark. */
const MARK = 0xef;

/**
 * Decodes UTF-8 that arrives in pieces, split anywhere (WHATWG Encoding, "decode": invalid bytes become U+FFFD, a
 * leading byte order mark is removed). A piece that ends in ASCII, as those of an event stream do, is decoded in place:
 * a TextDecoder requires a view of it, which costs more than decoding it.
 */
export class Utf8 {
  /** Undefined until it is needed: an answer in ASCII never is, and a decoder takes 300 bytes. */
  #decoder: TextDecoder | undefined;
  #hasBegun = false;
  /** Whether the decoder may hold part of a character or, at the start, of a byte order mark. */
  #isAmid = false;

  read(bytes: Buffer, from: number, to: number): string {
    if (from === to) return "";
    const hasBegun = this.#hasBegun;
    this.#hasBegun = true;
    if (!hasBegun) this.#isAmid = bytes[from] === MARK;
    const endsWhole = (bytes[to - 1] ?? 0) < 0x80;
    if (endsWhole && !this.#isAmid) return bytes.toString("utf8", from, to);
    this.#isAmid = !endsWhole;
    // Only the first bytes of all can be the mark.
    this.#decoder ??= new TextDecoder("utf-8", { ignoreBOM: hasBegun });
    return this.#decoder.decode(bytes.subarray(from, to), STREAMING);
  }
}
