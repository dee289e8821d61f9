import { PARAGRAPH } from "../turn-messages.ts";

/** The text that the earlier attempts at a node had emitted, and how far the node has come in it. */
export class EmittedText {
  #at = 0;
  /** The node has said something else. Nothing that was said before is compared with it any more. */
  #isDiverged = false;

  constructor(private readonly text: string) {}

  /** What was said and has not been said again. Empty once the node has said something else. */
  get rest(): string {
    return this.#isDiverged ? "" : this.text.slice(this.#at);
  }

  get isDiverged(): boolean {
    return this.#isDiverged;
  }

  /** Between it and another text stands a break. */
  get lead(): string {
    return /\n\s*$/u.test(this.text) ? "" : PARAGRAPH;
  }

  /** Returns what was said from here to that length of the whole. */
  through(end: number): string {
    return this.#isDiverged ? "" : this.text.slice(this.#at, end);
  }

  /** How much of the whole was said again. */
  get length(): number {
    return this.#at;
  }

  /** Returns what of a piece of text is new. `isOther`: it is not what was said here before. */
  take(delta: string): { readonly text: string; readonly isOther: boolean } {
    if (this.#isDiverged || this.#at >= this.text.length) return { text: delta, isOther: false };
    const known = commonLength(delta, this.text, this.#at);
    const isAllKnown = known === delta.length;
    if (isAllKnown || this.#at + known === this.text.length) {
      this.#at += known;
      return { text: delta.slice(known), isOther: false };
    }
    this.#isDiverged = true;
    // A word that is another one is said whole.
    const words = delta.slice(0, known).search(/\S*$/u);
    return { text: delta.slice(words), isOther: true };
  }
}

/** How many characters `delta` and `text` from there have in common. */
const commonLength = (delta: string, text: string, from: number): number => {
  if (text.startsWith(delta, from)) return delta.length;
  let length = 0;
  while (length < delta.length && delta.charCodeAt(length) === text.charCodeAt(from + length)) length++;
  return length;
};
