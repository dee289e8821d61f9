const NEWLINE = 0x0a;

/** Cuts bytes into lines. Each byte is read and copied once, however small the chunks are. */
export class LineJoiner {
  readonly #begun: Uint8Array[] = [];
  readonly #decoder = new TextDecoder();

  #waiting = 0;

  /**
   * `onLine` receives each line without its end, which may be `\n` or `\r\n`. `onExcess` is called for a line of more
   * than `maxBytes` that has no end yet; nothing more is joined then.
   */
  constructor(
    private readonly onLine: (line: string) => void,
    private readonly maxBytes: number,
    private readonly onExcess: () => void,
  ) {}

  push(chunk: Uint8Array): void {
    if (this.#waiting > this.maxBytes) return;
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#begun.push(chunk.subarray(from, end));
      const line = this.#decoder.decode(Buffer.concat(this.#begun.splice(0)));
      this.onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
      from = end + 1;
      this.#waiting = 0;
    }
    if (from === chunk.length) return;
    this.#waiting += chunk.length - from;
    // A copy: the caller may reuse the chunk's memory.
    if (this.#waiting <= this.maxBytes) this.#begun.push(chunk.slice(from));
    else {
      this.#begun.length = 0;
      this.onExcess();
    }
  }
}
