/** How much of the end of a text is searched for what a continuation repeats, in UTF-16 units. */
const TAIL = 4_096;
/** A shorter repetition is as likely to be meant. A longer one that is meant, as in a refrain, is lost. */
const MIN_REPEATED = 4;

/**
 * The seam between a text that was cut off and its continuation by a model, which may repeat the end of the text, or all
 * of it, before it goes on. It passes on what is new. Text is withheld only while it could still be a repetition.
 *
 * A repetition begins between two words and has at least four characters, or it is the white space at the text's end.
 */
export class Seam {
  /** What was withheld so far. Null once the text has gone past the seam. */
  #withheld: string | null = "";
  readonly #tail: string;
  /** Where in the tail a repetition may have begun that matches everything withheld. */
  #starts: readonly number[];
  /** The same for the text from its beginning. */
  #repeatsAll = true;

  constructor(private readonly begun: string) {
    this.#tail = begun.slice(-TAIL);
    const space = this.#tail.trimEnd().length;
    this.#starts = Array.from({ length: this.#tail.length }, (_, at) => at).filter(
      (at) => at === space || (this.#tail.length - at >= MIN_REPEATED && isBoundary(this.#tail, at)),
    );
  }

  /** Returns what of a piece of the continuation is new, together with what was withheld before it. */
  push(delta: string): string {
    if (this.#withheld === null) return delta;
    const from = this.#withheld.length;
    const text = this.#withheld + delta;
    this.#withheld = text;
    this.#repeatsAll = this.#repeatsAll && this.begun.startsWith(delta, from);
    const matching = this.#starts.filter((at) => this.#matches(at + from, delta));
    this.#starts = matching;
    const mayRepeat = this.#repeatsAll || matching.some((at) => this.#tail.length - at > text.length);
    return mayRepeat ? "" : this.#pass();
  }

  /** Returns what is still withheld: the continuation has ended. */
  end(): string {
    return this.#withheld === null ? "" : this.#pass();
  }

  /** Whether the text matches the tail from there, as far as the tail goes. */
  #matches(at: number, delta: string): boolean {
    const left = this.#tail.length - at;
    return (
      left <= 0 || (left >= delta.length ? this.#tail.startsWith(delta, at) : delta.startsWith(this.#tail.slice(at)))
    );
  }

  #pass(): string {
    const text = this.#withheld ?? "";
    this.#withheld = null;
    if (this.begun.length <= text.length && text.startsWith(this.begun)) return text.slice(this.begun.length);
    const longest = this.#starts.find((at) => this.#tail.length - at <= text.length);
    return longest === undefined ? text : text.slice(this.#tail.length - longest);
  }
}

/** Whether a word may begin at that place. */
const isBoundary = (text: string, at: number): boolean => {
  const before = text[at - 1];
  const first = text[at] ?? "";
  return before === undefined || !/[\p{L}\p{N}]/u.test(before) || !/[\p{L}\p{N}]/u.test(first);
};
