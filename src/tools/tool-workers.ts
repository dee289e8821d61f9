import { type Asker, PoolFullError, WorkerPool } from "../workers/worker-pool.ts";
import type { Entry } from "../workers/worker-thread.ts";
import { ToolError } from "./contract.ts";
import type { JobAnswer, JobRequest, Jobs } from "./tool-job.ts";

/** How long one job may compute, from when a worker begins with it. */
const TIME_LIMIT_MS = 2_000;

/** Jobs that may wait for a worker: each is a run's, of which there is a bound too, and holds little. */
const WAITING = { waiting: 2_000, waitingPerUser: 200 };

/** Computes for tools where what never ends can be ended: in workers that all users share, see `WorkerPool`. */
export class ToolWorkers<J extends Jobs> {
  readonly #pool: WorkerPool<JobRequest<J>, JobAnswer>;

  /** `workers`: at most so many at once. They start when they are needed, and never keep the process alive. */
  constructor(entry: Entry, workers: number) {
    this.#pool = new WorkerPool(entry, { threads: workers, ...WAITING });
  }

  /** Throws a ToolError when the work is refused, fails or takes too long; the signal's reason as soon as that aborts. */
  async run<K extends keyof J>(
    request: Extract<JobRequest<J>, { readonly kind: K }>,
    asker: Asker,
  ): Promise<J[K]["result"]> {
    const bounds = { totalMs: TIME_LIMIT_MS, silenceMs: TIME_LIMIT_MS };
    try {
      return await this.#pool.run(request, { ...bounds, hear: resultOf<J[K]["result"]>, late: tooLong }, asker);
    } catch (error) {
      if (error instanceof PoolFullError) throw new ToolError("Too much is being computed just now; try again later.");
      throw error;
    }
  }
}

const resultOf = <T>(answer: JobAnswer): { readonly value: T } => {
  if (!answer.ok) throw new ToolError(answer.message);
  return { value: answer.value as T };
};

const tooLong = (): ToolError =>
  new ToolError(`This takes longer than ${TIME_LIMIT_MS / 1000} s; simplify it or split it into parts.`);
