import type { System } from "../domain/system.ts";
import type { Store } from "../store/contract.ts";
import { CANCELLED } from "./live-run.ts";
import type { RunLogger } from "./logger.ts";
import type { Recovery } from "./recovery.ts";
import { RecurringTask } from "./recurring-task.ts";
import type { Registry } from "./registry.ts";

/** How often what has expired is swept out, and how many rows at once: an expired one is worth nothing, swept or not. */
const SWEEP_MS = 60_000;
const ROWS_A_SWEEP = 1_000;
/** How long a replica that is gone stays in the table, for an operator to see. */
const REMEMBER_REPLICAS_MS = 60 * 60_000;

export interface MaintenanceParts {
  readonly store: Store;
  readonly system: Pick<System, "now">;
  readonly registry: Registry;
  readonly recovery: Pick<Recovery, "takeBack">;
  /** This replica's id. */
  readonly owner: string;
  readonly logger: Pick<RunLogger, "recurringFails" | "recurringWorks">;
}

/** What must happen every now and then: the process hears what others want of its runs, and sweeps out what has expired. */
export class Maintenance {
  #sweptAt = 0;

  readonly #task: RecurringTask;

  constructor(private readonly parts: MaintenanceParts) {
    this.#task = new RecurringTask("maintenance", parts);
  }

  /** Never throws: what fails is tried again at the next tick. */
  async tick(): Promise<void> {
    await this.#task.attempt(async () => {
      await this.#compare();
      await this.#sweep();
    });
  }

  /**
   * Compares the runs that this process has with those that the store says are its. Cancelled elsewhere: it is told. Taken
   * over, or deleted with its thread: it stops. And one that the process does not know, since it was never told that it
   * began, would be nobody's for as long as the process lives: it is ended.
   */
  async #compare(): Promise<void> {
    const { registry, store, owner, recovery } = this.parts;
    const kept = registry.all().filter((run) => run.isPersisted);
    const held = await store.runs.held(owner);
    for (const runId of held.cancelled) registry.get(runId)?.abort(CANCELLED);
    const mine = new Set(held.runIds);
    // What has ended meanwhile is none of the store's list either, and soon none of the registry's.
    const missing = kept.flatMap(({ runId }) => (mine.has(runId) || registry.get(runId) === undefined ? [] : [runId]));
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
    // When that many have gone there may be more: the next tick goes on.
    const swept = [await store.tickets.sweep(ROWS_A_SWEEP), await store.usage.sweep(ROWS_A_SWEEP)];
    if (swept.every((count) => count < ROWS_A_SWEEP)) this.#sweptAt = now;
  }
}
