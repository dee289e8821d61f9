/**
 * A queue in which users take turns, and the items of one user are in order of arrival. Adding, taking and deleting
 * take constant time.
 */
export class FairQueue<T> {
  /** Users with waiting items, the next one first. Map and Set preserve the order of insertion. */
  readonly #users = new Map<string, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOf(user: string): number {
    return this.#users.get(user)?.size ?? 0;
  }

  add(user: string, item: T): void {
    const own = this.#users.get(user) ?? new Set();
    if (own.has(item)) return;
    this.#users.set(user, own.add(item));
    this.#size += 1;
  }

  /** Removes an item. Returns false when it was not in the queue. */
  delete(user: string, item: T): boolean {
    const own = this.#users.get(user);
    if (own === undefined || !own.delete(item)) return false;
    if (own.size === 0) this.#users.delete(user);
    this.#size -= 1;
    return true;
  }

  /**
   * Takes the next item of the next user whom `may` admits, and moves that user to the end. Undefined when there is
   * none.
   */
  take(may: (user: string) => boolean): T | undefined {
    for (const [user, own] of this.#users) {
      if (!may(user)) continue;
      const [item] = own;
      if (item === undefined) continue;
      this.delete(user, item);
      if (own.size > 0) {
        this.#users.delete(user);
        this.#users.set(user, own);
      }
      return item;
    }
    return undefined;
  }
}
