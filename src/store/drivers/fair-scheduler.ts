import type { System } from "../../domain/system.ts";
import { LANES, type Lane } from "../database.ts";

/** How long queries may run back to back before sockets get a turn, in milliseconds. */
const TURN_MS = 10;

/** Whatever else there is shares the turns that are not the log's. */
const OTHERS = ["runs", "calls", "bulk"] as const satisfies readonly Lane[];

type Work = () => Promise<void>;

/**
 * A queue in front of a database that runs in this process. Its queries are plain computation, and waiting queries
 * follow each other as microtasks: a hundred of them would block the event loop for seconds, health checks included. So
 * calls run one at a time, lane by lane, and the loop gets a turn every 10 ms.
 */
export class FairScheduler {
  readonly #waiting = Object.fromEntries(LANES.map((lane): [Lane, Work[]] => [lane, []])) as Record<Lane, Work[]>;
  /** The log has had the last turn. */
  #isAfterLog = false;
  /** The other lanes, the one that waits longest for its turn first. */
  #others: readonly (typeof OTHERS)[number][] = OTHERS;
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
   * A renewal goes first, then what replicas tell each other, both of which are few. Of the other turns the log has every
   * second one, and the remaining lanes take the rest in rotation. So an append waits for one other call at most, and no
   * lane waits for another's queue.
   */
  #next(): Work | undefined {
    const { lease, replicas, log } = this.#waiting;
    const first = lease.shift() ?? replicas.shift();
    if (first !== undefined) return first;
    const other = this.#isAfterLog || log.length === 0 ? this.#other() : undefined;
    this.#isAfterLog = other === undefined;
    return other ?? log.shift();
  }

  #other(): Work | undefined {
    const lane = this.#others.find((name) => this.#waiting[name].length > 0);
    if (lane === undefined) return undefined;
    this.#others = [...this.#others.filter((name) => name !== lane), lane];
    return this.#waiting[lane].shift();
  }
}
