/**
 * A value that comes once, and the promise of it. The promise is made when somebody asks for it, and given up once it
 * has resolved: a run has four of them for as long as it takes, and waits for few.
 */
export class Latch<T> {
  #value: { readonly value: T } | undefined;
  #waiting: PromiseWithResolvers<T> | undefined;

  get promise(): Promise<T> {
    if (this.#value !== undefined) return Promise.resolve(this.#value.value);
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** The first value counts. */
  set(value: T): void {
    if (this.#value !== undefined) return;
    this.#value = { value };
    this.#waiting?.resolve(value);
    this.#waiting = undefined;
  }
}
