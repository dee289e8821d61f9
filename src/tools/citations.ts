/**
 * Numbers the passages that a turn's model is given, from 1 and over all its searches, so that `[2]` means one passage
 * in the whole answer. A passage that is found again keeps its number.
 */
export class Citations {
  /** Undefined until there is one: most turns cite nothing. */
  #numbers: Map<string, number> | undefined;

  /** Returns a passage's number. `isNew`: nothing in the turn has cited it yet. */
  number(documentId: string, content: string): { readonly number: number; readonly isNew: boolean } {
    const key = JSON.stringify([documentId, content]);
    this.#numbers ??= new Map();
    const known = this.#numbers.get(key);
    if (known !== undefined) return { number: known, isNew: false };
    const number = this.#numbers.size + 1;
    this.#numbers.set(key, number);
    return { number, isNew: true };
  }
}
