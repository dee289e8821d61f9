import { RequestError } from "../domain/error.ts";
import type { LiveRun } from "./live-run.ts";

export interface Limits {
  /** How many runs of this process may be unfinished, queued ones included. */
  readonly maxRuns: number;
  /** The same limit for one user. */
  readonly maxRunsPerUser: number;
}

/** Seconds after which a refused caller may retry. */
const RETRY_AFTER = 5;

/** The runs of this process, and the limits on how many there may be. */
export class Registry {
  readonly #runs = new Map<string, LiveRun>();
  /** Runs that were refused but may be in the store until they are withdrawn. They are not orphans. */
  readonly unconfirmed = new Set<string>();
  readonly #perUser = new Map<string, number>();

  constructor(private readonly limits: Limits) {}

  /**
   * How many more runs this process may go on with. Those that are queued here do not count: they may be queued behind
   * the very runs that it would go on with.
   */
  get room(): number {
    return Math.max(0, this.limits.maxRuns - this.all().filter(({ isUnderWay }) => isUnderWay).length);
  }

  get size(): number {
    return this.#runs.size;
  }

  all(): readonly LiveRun[] {
    return [...this.#runs.values()];
  }

  get(runId: string): LiveRun | undefined {
    return this.#runs.get(runId);
  }

  /**
   * Takes a slot for the run. `waiting`: so many other runs of the user wait for a person, in no process. Throws `busy` (503) or `too_many_runs` (429) when none is free.
   */
  admit(run: LiveRun, waiting = 0): void {
    const ofUser = (this.#perUser.get(run.userId) ?? 0) + waiting;
    if (ofUser >= this.limits.maxRunsPerUser) {
      throw new RequestError(
        "too_many_runs",
        `You have ${ofUser} ${ofUser === 1 ? "run" : "runs"} in progress, which is the limit. Wait for one to end.`,
        {
          retryAfter: RETRY_AFTER,
          limit: { name: "runs", quota: this.limits.maxRunsPerUser, unit: "concurrent-requests", windowMs: null },
        },
      );
    }
    if (this.#runs.size >= this.limits.maxRuns) {
      throw new RequestError("busy", "The service has reached its limit of runs. Try again shortly.", {
        retryAfter: RETRY_AFTER,
      });
    }
    this.adopt(run);
  }

  /** Adds a run beyond any limit: one that was admitted elsewhere, and that this process has taken over. */
  adopt(run: LiveRun): void {
    this.#runs.set(run.runId, run);
    this.#perUser.set(run.userId, (this.#perUser.get(run.userId) ?? 0) + 1);
  }

  /** Frees the run's slot. */
  release(run: LiveRun): void {
    if (!this.#runs.delete(run.runId)) return;
    const ofUser = (this.#perUser.get(run.userId) ?? 1) - 1;
    if (ofUser > 0) this.#perUser.set(run.userId, ofUser);
    else this.#perUser.delete(run.userId);
    run.end();
  }
}
