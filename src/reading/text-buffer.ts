/** Pieces that are joined at once. */
const A_JOIN = 4_096;

/** Collects a long text from many short pieces, of which it holds few at a time: a piece takes more memory than its text. */
export class TextBuffer {
  #pieces: string[] = [];
  readonly #joined: string[] = [];

  push(piece: string): void {
    if (this.#pieces.push(piece) < A_JOIN) return;
    this.#joined.push(this.#pieces.join(""));
    this.#pieces = [];
  }

  toString(): string {
    return this.#joined.join("") + this.#pieces.join("");
  }
}
