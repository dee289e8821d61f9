import type { System } from "../../domain/system.ts";
import type { Lane } from "../database.ts";

/** How long queries may run back to back before sockets get a turn, in milliseconds. */
const TURN_MS = 10;

/**
 * A queue in front of a database that runs in this process. Its queries are plain computation, and waiting queries
 * follow each other as microtasks: a hundred of them would block the event loop for seconds, health checks included. So
 * calls run one at a time, lane by lane, and the loop gets a turn every 10 ms.
 */
export class FairScheduler {
  readonly #waiting: Record<Lane, (() => Promise<void>)[]> = { calls: [], log: [], lease: [], replicas: [] };
  #lane: "calls" | "log" = "calls";
  #isServing = false;
  #turnStartedAt = 0;

  constructor(private readonly system: Pick<System, "now">) {}

  /**
   * Skips a call that is no longer awaited when its turn comes: its caller has already received an error that it was
   * not executed.
   */
  enter<T>(lane: Lane, work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting[lane].push(async () => {
        if (!isWanted()) return;
        try {
          resolve(await work());
        } catch (error) {
          // An error, thrown synchronously or later, belongs to this call alone: the queue continues.
          reject(error);
        }
      });
      if (!this.#isServing) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (this.system.now() - this.#turnStartedAt >= TURN_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        this.#turnStartedAt = this.system.now();
      }
      await next();
    }
    this.#isServing = false;
  }

  /**
   * A renewal goes first, then what replicas tell each other, both of which are few. The other two lanes alternate, so
   * that neither waits for the other's queue.
   */
  #next(): (() => Promise<void>) | undefined {
    const first = this.#waiting.lease.shift() ?? this.#waiting.replicas.shift();
    if (first !== undefined) return first;
    const other = this.#lane === "calls" ? "log" : "calls";
    const lane = this.#waiting[other].length > 0 ? other : this.#lane;
    this.#lane = lane;
    return this.#waiting[lane].shift();
  }
}
