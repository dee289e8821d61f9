/** Of a line, in characters. */
const MAX_LINE = 2_000;
/** How many lines at once, and how many more in each second. */
const BURST = 200;
const LINES_PER_SECOND = 20;

/**
 * Bounds the lines that a program prints, which go to the service's log: one that prints without end, by mistake or in a
 * loop, would fill the disk and delay everything else.
 */
export class BoundedLines {
  #left = BURST;
  #countedAt: number;
  #leftOut = 0;
  #line = "";

  /** `now` returns milliseconds. */
  constructor(
    private readonly onLine: (line: string) => void,
    private readonly now: () => number,
  ) {
    this.#countedAt = now();
  }

  /** Takes text that arrives in pieces. The end of a line that is too long is dropped while it arrives. */
  push(text: string): void {
    const [rest = "", ...begun] = text.split("\n");
    this.#begin(rest);
    for (const line of begun) {
      this.line(this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line);
      this.#line = "";
      this.#begin(line);
    }
  }

  /** Takes a whole line. */
  line(line: string): void {
    const now = this.now();
    // A clock may be set back.
    const seconds = Math.max(0, now - this.#countedAt) / 1_000;
    this.#left = Math.min(BURST, this.#left + seconds * LINES_PER_SECOND);
    this.#countedAt = now;
    if (this.#left < 1) {
      this.#leftOut += 1;
      return;
    }
    this.#left -= 1;
    if (this.#leftOut > 0) this.onLine(`(${this.#leftOut} lines were left out: it writes too many)`);
    this.#leftOut = 0;
    this.onLine(line.slice(0, MAX_LINE));
  }

  #begin(text: string): void {
    this.#line += text.slice(0, MAX_LINE - this.#line.length);
  }
}
