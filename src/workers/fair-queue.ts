/**
 * Who waits for a place, user by user: the users take turns, and each one's own wait in the order they came. Taking and
 * leaving cost the same however many wait.
 */
export class FairQueue<T> {
  /** Users with somebody waiting, whose turn is next first. Both keep the order of insertion. */
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

  /** It waits no more. False: it did not. */
  delete(user: string, item: T): boolean {
    const own = this.#users.get(user);
    if (own === undefined || !own.delete(item)) return false;
    if (own.size === 0) this.#users.delete(user);
    this.#size -= 1;
    return true;
  }

  /** The next one of the next user who `may` have a turn, who then goes behind all others. Undefined: there is none. */
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
