import type { System } from "../domain/system.ts";
import type { RecurringTaskName, RunLogger } from "./logger.ts";

/**
 * Work that repeats and may fail for as long as the store is unavailable. It is logged once when it begins to fail and
 * once when it succeeds again.
 */
export class RecurringTask {
  #failingSince: number | null = null;

  constructor(
    private readonly name: RecurringTaskName,
    private readonly parts: {
      readonly system: Pick<System, "now">;
      readonly logger: Pick<RunLogger, "recurringFails" | "recurringWorks">;
    },
  ) {}

  /** Never throws. Returns false when `work` failed. */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    const { system, logger } = this.parts;
    try {
      await work();
    } catch (error) {
      if (this.#failingSince === null) {
        this.#failingSince = system.now();
        logger.recurringFails(this.name, error);
      }
      return false;
    }
    if (this.#failingSince !== null) logger.recurringWorks(this.name, system.now() - this.#failingSince);
    this.#failingSince = null;
    return true;
  }
}
