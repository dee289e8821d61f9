/**
 * What the tool calls of one run are called, to whoever watches: each has a name of its own. Models number theirs anew in
 * every answer, or give all the same; an id that comes again is `<id>.2`, then `<id>.3`.
 */
export class CallIds {
  /** Each id that is taken, and the number that was tried last for one like it. */
  readonly #taken = new Map<string, number>();

  take(given: string): string {
    let number = this.#taken.get(given);
    if (number === undefined) {
      this.#taken.set(given, 1);
      return given;
    }
    let id: string;
    do id = `${given}.${++number}`;
    while (this.#taken.has(id));
    this.#taken.set(given, number);
    this.#taken.set(id, 1);
    return id;
  }
}
