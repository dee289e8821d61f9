import type { System } from "../../domain/system.ts";
import type { Lane } from "../database.ts";

/** How long queries may follow each other before the sockets are looked after, in milliseconds. */
const BREATH_MS = 10;

/**
 * A queue in front of a database that runs in this process. Its queries are plain computing, and those that wait follow each
 * other as microtasks: with a hundred of them the event loop would stand still for seconds, health checks included. So
 * calls come one after another, lane by lane, and every 10 ms the loop gets its turn.
 */
export class Turns {
  readonly #waiting: Record<Lane, (() => Promise<void>)[]> = { calls: [], log: [], lease: [] };
  #lane: "calls" | "log" = "calls";
  #isServing = false;
  #breath = 0;

  constructor(private readonly system: Pick<System, "now">) {}

  /** What nobody waits for any more when its turn comes is left out: its caller has been told that it was not done. */
  enter<T>(lane: Lane, work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting[lane].push(async () => {
        if (!isWanted()) return;
        try {
          resolve(await work());
        } catch (error) {
          // Thrown at once or later, it is this call's alone: the queue goes on.
          reject(error);
        }
      });
      if (!this.#isServing) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (this.system.now() - this.#breath >= BREATH_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        this.#breath = this.system.now();
      }
      await next();
    }
    this.#isServing = false;
  }

  /** A renewal goes first; the other lanes take turns, so that neither waits for the other's queue. */
  #next(): (() => Promise<void>) | undefined {
    const renewal = this.#waiting.lease.shift();
    if (renewal !== undefined) return renewal;
    const other = this.#lane === "calls" ? "log" : "calls";
    const lane = this.#waiting[other].length > 0 ? other : this.#lane;
    this.#lane = lane;
    return this.#waiting[lane].shift();
  }
}
