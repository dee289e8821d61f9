/**
 * Makes the calls of one key one after another, in order of arrival. Calls that would wait for the same row lock would
 * each hold a connection while they wait, and keep everybody else from the database.
 */
export class OneAtATime {
  /** The last call of each key that has not settled. */
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>(key: string, call: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const made = before === undefined ? call() : before.then(call);
    const settled: Promise<unknown> = made.then(
      () => this.#forget(key, settled),
      () => this.#forget(key, settled),
    );
    this.#last.set(key, settled);
    return made;
  }

  #forget(key: string, settled: Promise<unknown>): void {
    if (this.#last.get(key) === settled) this.#last.delete(key);
  }
}
