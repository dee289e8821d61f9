/**
 * A value that comes once, and the promise of it. The promise is made when somebody asks for it, and given up once it
 * has resolved: a run has four of them for as long as it takes, and waits for few.
 */
export class Latch<T> {
  #isSet = false;
  #value: T | undefined;
  #waiting: PromiseWithResolvers<T> | undefined;

  get promise(): Promise<T> {
    if (this.#isSet) return Promise.resolve(this.#value as T);
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** The first value counts. */
  set(value: T): void {
    if (this.#isSet) return;
    this.#isSet = true;
    this.#value = value;
    this.#waiting?.resolve(value);
    this.#waiting = undefined;
  }
}
