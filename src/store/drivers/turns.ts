import type { System } from "../../domain/system.ts";

/** How long queries may follow each other before the sockets are looked after, in milliseconds. */
const BREATH_MS = 10;

/**
 * A queue in front of a database that runs in this process. Its queries are plain computing, and those that wait follow each
 * other as microtasks: with a hundred of them the event loop would stand still for seconds, health checks included. So
 * calls come one after another, and every 10 ms the loop gets its turn.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #breath = 0;

  constructor(private readonly system: System) {}

  enter<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(async () => {
      if (this.system.now() - this.#breath >= BREATH_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        this.#breath = this.system.now();
      }
      return await work();
    });
    this.#last = mine.catch(() => {});
    return mine;
  }
}
