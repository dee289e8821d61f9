const NEWLINE = 0x0a;

/** Cuts bytes into lines. Each byte is looked at and copied once, however small the chunks are. */
export class LineJoiner {
  readonly #begun: Uint8Array[] = [];
  readonly #decoder = new TextDecoder();

  /** `onLine` receives each line without its end, which may be `\n` or `\r\n`. */
  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#begun.push(chunk.subarray(from, end));
      const line = this.#decoder.decode(Buffer.concat(this.#begun.splice(0)));
      this.onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
      from = end + 1;
    }
    // A copy: the caller may reuse the chunk's memory.
    if (from < chunk.length) this.#begun.push(chunk.slice(from));
  }
}
