import type { ThreadKey } from "../domain/thread.ts";
import type { Store } from "../store/contract.ts";
import type { RunLogger } from "./logger.ts";
import { RecurringTask } from "./recurring-task.ts";
import type { Runs } from "./runs.ts";

/** Milliseconds until the next look: within a walk over all threads, and after one. */
const NEXT_MS = 1_000;
const IDLE_MS = 10 * 60_000;

export interface RetentionParts {
  readonly store: { readonly threads: Pick<Store["threads"], "idle"> };
  readonly runs: Pick<Runs, "deleteThread">;
  readonly system: ConstructorParameters<typeof RecurringTask>[1]["system"];
  readonly logger: Pick<RunLogger, "expired" | "recurringFails" | "recurringWorks">;
  /** A thread goes when nothing was written to it for so many milliseconds, by the database's clock. */
  readonly threadsMs: number;
}

/**
 * Deletes threads that nobody has written to for long, as their users could. It walks over all threads, some at each
 * tick. Replicas that do so at the same time delete each thread once.
 */
export class Retention {
  #after: ThreadKey | null = null;
  #pauseMs = NEXT_MS;
  readonly #task: RecurringTask;

  constructor(private readonly parts: RetentionParts) {
    this.#task = new RecurringTask("retention", parts);
  }

  /** How long to wait for the next tick. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** Never throws: what fails is retried at the next tick. */
  async tick(): Promise<void> {
    this.#pauseMs = NEXT_MS;
    await this.#task.attempt(async () => {
      const { store, runs, logger, threadsMs } = this.parts;
      const { keys, next } = await store.threads.idle(threadsMs, this.#after);
      let deleted = 0;
      for (const key of keys) if (await runs.deleteThread(key, threadsMs)) deleted += 1;
      if (deleted > 0) logger.expired(deleted);
      this.#after = next;
      if (next === null) this.#pauseMs = IDLE_MS;
    });
  }
}
