/**
 * Assigns the ids of a run's tool calls, each unique within the run. Models number their calls anew in every answer, or
 * give all of them the same id; a repeated id becomes `<id>.2`, then `<id>.3`.
 */
export class CallIds {
  /** Each id in use, and the last number tried for a repetition of it. */
  readonly #taken = new Map<string, number>();

  take(modelCallId: string): string {
    let number = this.#taken.get(modelCallId);
    if (number === undefined) {
      this.#taken.set(modelCallId, 1);
      return modelCallId;
    }
    let id: string;
    do id = `${modelCallId}.${++number}`;
    while (this.#taken.has(id));
    this.#taken.set(modelCallId, number);
    this.#taken.set(id, 1);
    return id;
  }
}
