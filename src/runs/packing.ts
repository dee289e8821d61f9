import type { System } from "../domain/system.ts";
import type { Store } from "../store/contract.ts";
import type { PackingPlace } from "../store/log/contract-packing.ts";
import type { RunLogger } from "./logger.ts";
import { RecurringTask } from "./recurring-task.ts";

/** Milliseconds until the next look for runs that have ended, when there were none, or when another replica packs. */
const IDLE_MS = 5_000;
/** While there is more to pack, the share of the time that is spent on it, and the shortest pause. */
const SHARE = 1 / 10;
const MIN_PAUSE_MS = 50;

export interface PackingParts {
  readonly store: { readonly packing: Pick<Store["packing"], "pack"> };
  readonly system: Pick<System, "now">;
  readonly logger: Pick<RunLogger, "packed" | "recurringFails" | "recurringWorks">;
}

/** Packs the logs of runs that have ended, in the background. */
export class Packing {
  #at: PackingPlace | null = null;
  #pauseMs = IDLE_MS;
  readonly #task: RecurringTask;

  constructor(private readonly parts: PackingParts) {
    this.#task = new RecurringTask("packing", parts);
  }

  /** How long to wait for the next tick. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** Packs one batch. Never throws: what fails is retried at the next tick. */
  async tick(): Promise<void> {
    this.#pauseMs = IDLE_MS;
    await this.#task.attempt(async () => {
      const { store, system, logger } = this.parts;
      const since = system.now();
      const done = await store.packing.pack(this.#at);
      if (done === null) return;
      const wasAtPlace = this.#at !== null;
      this.#at = done.next;
      if (done.events > 0) logger.packed(done.events, done.runs);
      const isIdle = done.runs === 0 && done.next === null && !wasAtPlace;
      if (!isIdle) this.#pauseMs = Math.max(MIN_PAUSE_MS, (system.now() - since) * (1 / SHARE - 1));
    });
  }
}
