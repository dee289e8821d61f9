const FIELD = [0x64, 0x61, 0x74, 0x61] as const;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
const [LF, CR, COLON] = [0x0a, 0x0d, 0x3a];
/** Of the current line: it has another field, or it is a line of data. Smaller numbers count characters of `data`. */
const [OTHER, DATA] = [-1, FIELD.length + 1];

/**
 * Reduces an event stream (WHATWG HTML §9.2) to its lines of data, each ended by LF, and one blank line after each
 * event's. The AI SDK reads nothing else, but its parser makes an error, with its stack, of each line without a field,
 * and a string of each comment.
 */
export class DataLines {
  #state = 0;
  #markAt = 0;
  /** Whether the last byte was a CR, whose LF may begin the next piece: CR LF is one line end. */
  #isAfterCr = false;
  #hasData = false;

  /** Takes the next bytes, cut anywhere. Returns what remains of them. */
  read(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(bytes.length + FIELD.length);
    let state = this.#state;
    let length = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#markAt < BYTE_ORDER_MARK.length) {
        if (byte === BYTE_ORDER_MARK[this.#markAt]) {
          this.#markAt += 1;
          continue;
        }
        this.#markAt = BYTE_ORDER_MARK.length;
      }
      if (byte === CR || byte === LF) {
        const isSecond = byte === LF && this.#isAfterCr;
        this.#isAfterCr = byte === CR;
        if (isSecond) continue;
        if (state === FIELD.length) {
          out.set(FIELD, length);
          length += FIELD.length;
          state = DATA;
        }
        const isBlank = state === 0;
        if (state === DATA || (isBlank && this.#hasData)) out[length++] = LF;
        if (state === DATA || isBlank) this.#hasData = !isBlank;
        state = 0;
        continue;
      }
      this.#isAfterCr = false;
      if (state === DATA) out[length++] = byte;
      else if (state === FIELD.length && byte === COLON) {
        out.set(FIELD, length);
        length += FIELD.length;
        out[length++] = COLON;
        state = DATA;
      } else if (state !== OTHER) state = byte === FIELD[state] ? state + 1 : OTHER;
    }
    this.#state = state;
    return out.subarray(0, length);
  }
}
