import type { Batch, Follower } from "../../src/journal/follow.ts";
import type { Journal } from "../../src/journal/journal.ts";

/** Reads a thread's events batch by batch, with promises, which the service does without. */
export class Followed implements AsyncIterableIterator<Batch, undefined, void> {
  constructor(private readonly follower: Follower) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    return new Promise((resolve, reject) => {
      const ring = () => {
        try {
          const value = this.follower.poll();
          if (value === undefined) resolve({ done: true, value });
          else if (value !== null) resolve({ done: false, value });
          else this.follower.wait({ notify: ring });
        } catch (error) {
          reject(error);
        }
      };
      ring();
    });
  }

  leave(): void {
    this.follower.leave();
  }

  async return(): Promise<IteratorResult<Batch, undefined>> {
    this.leave();
    return { done: true, value: undefined };
  }
}

export const followed = (...[journal, ...where]: [Journal, ...Parameters<Journal["follow"]>]): Followed =>
  new Followed(journal.follow(...where));
