import type { System } from "../domain/system.ts";
import type { Store } from "../store/contract.ts";
import type { RunKey } from "../store/log/contract-packing.ts";
import type { RunLogger } from "./logger.ts";
import { RecurringTask } from "./recurring-task.ts";

/** Milliseconds until the next look: within a walk over all runs, and after one. */
const NEXT_MS = 1_000;
const IDLE_MS = 10 * 60_000;
/** While there is something to fold, the share of the time that is spent on it, and the shortest pause. */
const SHARE = 1 / 10;
const MIN_PAUSE_MS = 50;

export interface FoldingParts {
  readonly store: { readonly packing: Pick<Store["packing"], "foldable" | "fold"> };
  readonly system: Pick<System, "now">;
  readonly logger: Pick<RunLogger, "folded" | "recurringFails" | "recurringWorks">;
  /** The events of a run go when it ended so many milliseconds ago, by the database's clock. */
  readonly eventsMs: number;
}

/**
 * Gives up the events of runs that ended long ago, where their messages hold what they said. It walks over all runs,
 * some at each tick. Replicas that do so at the same time fold each run once.
 */
export class Folding {
  #after: RunKey | null = null;
  #pauseMs = NEXT_MS;
  readonly #task: RecurringTask;

  constructor(private readonly parts: FoldingParts) {
    this.#task = new RecurringTask("folding", parts);
  }

  /** How long to wait for the next tick. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** Folds one batch. Never throws: what fails is retried at the next tick. */
  async tick(): Promise<void> {
    this.#pauseMs = NEXT_MS;
    await this.#task.attempt(async () => {
      const { store, system, logger, eventsMs } = this.parts;
      const since = system.now();
      const { runs, next } = await store.packing.foldable(eventsMs, this.#after);
      const folded = { runs: 0, events: 0 };
      for (const run of runs) {
        const before = this.#after;
        // One that fails is tried again by the next walk, and does not hold up the others.
        this.#after = run;
        const events = await store.packing.fold(run, eventsMs);
        if (events === null) {
          // Another replica folds or packs.
          this.#after = before;
          break;
        }
        folded.runs += events > 0 ? 1 : 0;
        folded.events += events;
      }
      if (folded.runs > 0) logger.folded(folded.runs, folded.events);
      if (this.#after !== (runs.at(-1) ?? this.#after)) return;
      this.#after = next;
      if (runs.length > 0) this.#pauseMs = Math.max(MIN_PAUSE_MS, (system.now() - since) * (1 / SHARE - 1));
      else if (next === null) this.#pauseMs = IDLE_MS;
    });
  }
}
