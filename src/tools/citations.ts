/**
 * Numbers the passages that a turn's model is given, from 1 and over all its searches, so that `[2]` means one passage
 * in the whole answer. A passage that is found again keeps its number.
 */
export class Citations {
  readonly #numbers = new Map<string, number>();

  /** Returns a passage's number. `isNew`: nothing in the turn has cited it yet. */
  number(documentId: string, content: string): { readonly number: number; readonly isNew: boolean } {
    const key = JSON.stringify([documentId, content]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return { number: known, isNew: false };
    const number = this.#numbers.size + 1;
    this.#numbers.set(key, number);
    return { number, isNew: true };
  }
}
