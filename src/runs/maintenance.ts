import type { System } from "../domain/system.ts";
import type { ReplicaHints } from "../replicas/contract.ts";
import type { Store } from "../store/contract.ts";
import { CANCELLED } from "./live-run.ts";
import type { RunLogger } from "./logger.ts";
import type { Recovery } from "./orphan-recovery.ts";
import { RecurringTask } from "./recurring-task.ts";
import type { Registry } from "./registry.ts";

/**
 * How often expired rows are deleted, and how many at once. Nothing depends on it: an expired row is ignored anyway.
 */
const SWEEP_MS = 60_000;
const ROWS_A_SWEEP = 1_000;
/** How long a replica that is gone stays in the table, for operators to see. */
const REMEMBER_REPLICAS_MS = 60 * 60_000;

/** How long a file may be older than its run, which has not begun yet. */
const LEFT_FILES_MS = 60 * 60_000;

export interface MaintenanceParts {
  readonly store: Store;
  readonly system: Pick<System, "now">;
  readonly registry: Registry;
  readonly recovery: Pick<Recovery, "takeBack">;
  readonly hints: ReplicaHints;
  /** This replica's id. */
  readonly owner: string;
  readonly logger: Pick<RunLogger, "recurringFails" | "recurringWorks">;
}

/** Recurring work of a process: applies what other replicas did to its runs, and deletes expired rows. */
export class Maintenance {
  #sweptAt = 0;

  readonly #task: RecurringTask;
  #current: Promise<unknown> = Promise.resolve();
  /** The tick that begins after the current one. */
  #next: Promise<void> | undefined;

  constructor(private readonly parts: MaintenanceParts) {
    this.#task = new RecurringTask("maintenance", parts);
    parts.hints.on("run", (runId) => {
      if (runId === null || parts.registry.get(runId) !== undefined) void this.tick();
    });
  }

  /**
   * Never throws: what fails is retried at the next tick. Looks at the store after it was called, even when a tick is
   * under way.
   */
  tick(): Promise<void> {
    this.#next ??= this.#current.then(async () => {
      this.#current = this.#next ?? Promise.resolve();
      this.#next = undefined;
      await this.#task.attempt(async () => {
        await this.#compare();
        await this.#sweep();
      });
    });
    return this.#next;
  }

  /**
   * Compares the runs of this process with those that the store assigns to it. A run that was cancelled on another
   * replica is cancelled here. A run that was taken over, or deleted with its thread, stops. A run that this process
   * does not know, because it never learnt that the insert succeeded, would have no executor for as long as the process
   * lives: it is ended.
   */
  async #compare(): Promise<void> {
    const { registry, store, owner, recovery } = this.parts;
    const persisted = registry.all().filter((run) => run.isPersisted);
    const held = await store.runs.held(owner);
    for (const runId of held.cancelled) registry.get(runId)?.abort(CANCELLED);
    const mine = new Set(held.runIds);
    // A run that has ended meanwhile is missing from the store's list too, and soon from the registry.
    const missing = persisted.flatMap(({ runId }) =>
      mine.has(runId) || registry.get(runId) === undefined ? [] : [runId],
    );
    if (missing.length > 0) {
      for (const runId of await store.runs.lost(owner, missing)) registry.get(runId)?.abort("lost");
    }
    const isUnknown = (runId: string) => registry.get(runId) === undefined && !registry.unconfirmed.has(runId);
    await recovery.takeBack(held.runIds.filter(isUnknown));
  }

  async #sweep(): Promise<void> {
    const { store, system } = this.parts;
    const now = system.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    await store.replicas.sweep(REMEMBER_REPLICAS_MS);
    // A full batch means there may be more: the next tick continues.
    const swept = [
      await store.tickets.sweep(ROWS_A_SWEEP),
      await store.usage.sweep(ROWS_A_SWEEP),
      await store.idempotency.sweep(ROWS_A_SWEEP),
      await store.files.sweep(LEFT_FILES_MS, ROWS_A_SWEEP),
    ];
    const hasMore = await store.threads.erase();
    if (!hasMore && swept.every((count) => count < ROWS_A_SWEEP)) this.#sweptAt = now;
  }
}
