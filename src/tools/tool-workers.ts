import type { WorkerEntry } from "../workers/pooled-worker.ts";
import { type JobOwner, PoolFullError, WorkerPool } from "../workers/worker-pool.ts";
import { ToolError } from "./contract.ts";
import type { JobAnswer, JobRequest, Jobs } from "./tool-job.ts";

/** The most time that one job may compute, from when a worker starts it. */
const TIME_LIMIT_MS = 2_000;

/**
 * Limits of jobs that wait for a worker. Each belongs to a run, whose number is limited too, and takes little memory.
 */
const WAITING = { waiting: 2_000, waitingPerUser: 200 };

/**
 * Runs tools' computations in workers that all users share, so that one that never ends can be stopped; see
 * `WorkerPool`.
 */
export class ToolWorkers<J extends Jobs> {
  readonly #pool: WorkerPool<JobRequest<J>, JobAnswer>;

  /** `workers` is the most that run at once. They start on demand and never keep the process alive. */
  constructor(entry: WorkerEntry, workers: number) {
    this.#pool = new WorkerPool(entry, { workers: workers, ...WAITING });
  }

  /**
   * Throws a ToolError when the job is refused, fails or takes too long, and the signal's reason as soon as the signal
   * aborts.
   */
  async run<K extends keyof J>(
    request: Extract<JobRequest<J>, { readonly kind: K }>,
    owner: JobOwner,
  ): Promise<J[K]["result"]> {
    const bounds = { totalMs: TIME_LIMIT_MS, idleMs: TIME_LIMIT_MS };
    try {
      return await this.#pool.run(
        request,
        { ...bounds, onMessage: resultOf<J[K]["result"]>, timeoutError: tooLong },
        owner,
      );
    } catch (error) {
      if (error instanceof PoolFullError) throw new ToolError("Too many computations are running; try again later.");
      throw error;
    }
  }
}

const resultOf = <T>(answer: JobAnswer): { readonly value: T } => {
  if (!answer.ok) throw new ToolError(answer.message);
  return { value: answer.value as T };
};

const tooLong = (): ToolError =>
  new ToolError(`The computation takes longer than ${TIME_LIMIT_MS / 1000} s; simplify it or split it into parts.`);
