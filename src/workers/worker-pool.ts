import { FairQueue } from "./fair-queue.ts";
import { type Handover, type Job, PooledWorker, type WorkerEntry } from "./pooled-worker.ts";

export interface PoolBounds {
  /** The maximum number of threads. */
  readonly workers: number;
  /** The most requests that may wait for a thread, in total and of one user. */
  readonly waiting: number;
  readonly waitingPerUser: number;
  /** The most bytes that waiting requests may hold, in total and of one user. Absent means no bound. */
  readonly waitingBytes?: number;
  readonly waitingBytesPerUser?: number;
}

/** The request's user, and how the request reaches the thread. */
export interface JobOwner extends Handover {
  readonly userId: string;
  /** The bytes that the request holds in memory while it waits. Defaults to 0. */
  readonly bytes?: number;
}

/**
 * Returns the number of cores, from 2 (one for a heavy user, one for all others) to 4 (each thread may hold 100 MB).
 */
export const defaultWorkers = (): number => Math.min(4, Math.max(2, navigator.hardwareConcurrency));

/** Thrown when too many requests are waiting: another would wait longer than any caller does. */
export class PoolFullError extends Error {
  override readonly name = "PoolFullError";
}

/** Milliseconds after which idle threads, except one, are ended. */
const IDLE_MS = 60_000;

/**
 * A few threads (`PooledWorker`) for the work of all users. Users take turns, and one user never holds the last of
 * several threads, so another user waits for one request at most. A request's time limits start when a thread starts on
 * it. A request that is aborted while it waits leaves the queue.
 */
export class WorkerPool<Request, Message> {
  readonly #idle: PooledWorker<Request, Message>[] = [];
  readonly #queue = new FairQueue<Waiting>();
  readonly #running = new Map<string, number>();
  readonly #bytes = new Map<string, number>();
  readonly #perUser: number;
  #threads = 0;
  #allBytes = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly entry: WorkerEntry,
    private readonly bounds: PoolBounds,
  ) {
    this.#perUser = Math.max(1, bounds.workers - 1);
  }

  /** The number of requests that wait for a thread. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Throws a PoolFullError when too many requests wait, and what `PooledWorker.run` throws. */
  async run<T>(request: Request, job: Job<Message, T>, owner: JobOwner): Promise<T> {
    const { userId, signal, bytes = 0 } = owner;
    signal.throwIfAborted();
    const thread = this.#free(userId) ?? (await this.#turn({ userId, signal, bytes }));
    try {
      return await thread.run(request, job, owner);
    } finally {
      this.#release(userId, thread);
    }
  }

  /** Returns a thread for the user; undefined when the user must wait. */
  #free(userId: string): PooledWorker<Request, Message> | undefined {
    if ((this.#running.get(userId) ?? 0) >= this.#perUser) return undefined;
    const thread = this.#idle.pop() ?? this.#newThread();
    if (thread !== undefined) add(this.#running, userId, 1);
    return thread;
  }

  #newThread(): PooledWorker<Request, Message> | undefined {
    if (this.#threads === this.bounds.workers) return undefined;
    this.#threads += 1;
    return new PooledWorker(this.entry);
  }

  async #turn({
    userId,
    signal,
    bytes,
  }: Required<Pick<JobOwner, "userId" | "signal" | "bytes">>): Promise<PooledWorker<Request, Message>> {
    this.#checkRoom(userId, bytes);
    const { promise, resolve, reject } = Promise.withResolvers<PooledWorker<Request, Message>>();
    const waiting: Waiting = { userId, begin: () => resolve(this.#free(userId) ?? impossible()) };
    const leave = (): void => {
      if (this.#queue.delete(userId, waiting)) reject(signal.reason);
    };
    this.#queue.add(userId, waiting);
    this.#weigh(userId, bytes);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", leave);
      this.#weigh(userId, -bytes);
    }
  }

  #checkRoom(userId: string, bytes: number): void {
    const { waiting, waitingPerUser, waitingBytes, waitingBytesPerUser } = this.bounds;
    const isFull =
      this.#queue.size >= waiting ||
      this.#queue.sizeOf(userId) >= waitingPerUser ||
      this.#allBytes + bytes > (waitingBytes ?? Number.POSITIVE_INFINITY) ||
      (this.#bytes.get(userId) ?? 0) + bytes > (waitingBytesPerUser ?? Number.POSITIVE_INFINITY);
    if (isFull) throw new PoolFullError("too many requests wait for a thread");
  }

  #weigh(userId: string, bytes: number): void {
    this.#allBytes += bytes;
    add(this.#bytes, userId, bytes);
  }

  #release(userId: string, thread: PooledWorker<Request, Message>): void {
    add(this.#running, userId, -1);
    this.#idle.push(thread);
    this.#queue.take((user) => (this.#running.get(user) ?? 0) < this.#perUser)?.begin();
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#endIdle(), IDLE_MS);
    this.#idleTimer.unref();
  }

  #endIdle(): void {
    for (const thread of this.#idle.splice(1)) {
      thread.end();
      this.#threads -= 1;
    }
  }
}

interface Waiting {
  readonly userId: string;
  /** Takes the freed thread. */
  begin(): void;
}

const impossible = (): never => {
  throw new Error("a turn without a thread");
};

/** Removes counts of zero. */
const add = (counts: Map<string, number>, key: string, by: number): void => {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
};
