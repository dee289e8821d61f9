import { RequestError } from "../../domain/error.ts";
import type { WorkerEntry } from "../../workers/pooled-worker.ts";
import { type JobOwner, PoolFullError, WorkerPool } from "../../workers/worker-pool.ts";

const TIME_LIMIT_MS = 10_000;
const MIB = 1024 * 1024;
const BOUNDS = {
  workers: 2,
  waiting: 64,
  waitingPerUser: 32,
  waitingBytes: 320 * MIB,
  waitingBytesPerUser: 160 * MIB,
};

/**
 * Parses bodies that are too large to be parsed on the event loop between two requests, in threads that start with the
 * first such body. Callers take turns.
 */
export class LargeBodies<Request, Answer> {
  #pool: WorkerPool<Request, Answer> | undefined;

  constructor(private readonly entry: WorkerEntry) {}

  /**
   * Returns what `onMessage` returns for the answer, or throws what it throws. `bytes` are the request's body, alone in
   * their buffer, which is transferred. Throws `busy` when too many requests wait, and `payload_too_large` when the
   * parsing takes too long.
   */
  async run<T>(
    request: Request,
    bytes: Uint8Array<ArrayBuffer>,
    onMessage: (answer: Answer) => { readonly value: T },
    owner: Pick<JobOwner, "userId" | "signal">,
  ): Promise<T> {
    this.#pool ??= new WorkerPool(this.entry, BOUNDS);
    const job = { totalMs: TIME_LIMIT_MS, idleMs: TIME_LIMIT_MS, onMessage, timeoutError: tooLong };
    try {
      return await this.#pool.run(request, job, { ...owner, bytes: bytes.length, give: [bytes.buffer] });
    } catch (error) {
      if (!(error instanceof PoolFullError)) throw error;
      throw new RequestError("busy", "Too many large requests are waiting. Try again shortly.", { retryAfter: 5 });
    }
  }
}

const tooLong = () => new RequestError("payload_too_large", "The body takes too long to parse. Send less at once.");
