const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/**
 * Counts the values of a JSON text (RFC 8259) that arrives in pieces of UTF-8, cut at any byte, without parsing it:
 * parsing a megabyte of `{}` takes forty times its size in memory. Strings, numbers, literals, lists and objects each
 * count one, member names none. It takes some nanoseconds a byte and buffers nothing. For text that is not JSON the
 * counts are finite but meaningless; the parser reports the error.
 */
export class JsonCounter {
  /** Values so far. A name counts as a value until its colon arrives. */
  values = 0;
  /** Open lists and objects. */
  depth = 0;
  /** The greatest depth so far. */
  deepest = 0;
  #isString = false;
  #isEscaped = false;
  /** Inside a number or a literal. */
  #isBare = false;

  push(bytes: Uint8Array): void {
    const { length } = bytes;
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#isString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isString = false;
        continue;
      }
      switch (byte) {
        case QUOTE:
          this.#isString = true;
          this.#isBare = false;
          this.values += 1;
          break;
        case COLON:
          this.#isBare = false;
          this.values -= 1;
          break;
        case OPEN_LIST:
        case OPEN_OBJECT:
          this.#isBare = false;
          this.values += 1;
          this.depth += 1;
          if (this.depth > this.deepest) this.deepest = this.depth;
          break;
        case CLOSE_LIST:
        case CLOSE_OBJECT:
          this.#isBare = false;
          this.depth -= 1;
          break;
        case COMMA:
          this.#isBare = false;
          break;
        default:
          if (byte <= SPACE) this.#isBare = false;
          else if (!this.#isBare) {
            this.#isBare = true;
            this.values += 1;
          }
      }
    }
  }
}
