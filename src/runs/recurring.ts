import type { System } from "../domain/system.ts";
import type { RecurringName, RunLog } from "./log.ts";

/**
 * Work that comes again and again, and fails for as long as the store is away: an operator is told once, when that begins, and
 * once more when it is over.
 */
export class Recurring {
  #failingSince: number | null = null;

  constructor(
    private readonly name: RecurringName,
    private readonly parts: {
      readonly system: Pick<System, "now">;
      readonly log: Pick<RunLog, "recurringFails" | "recurringWorks">;
    },
  ) {}

  /** Never throws. False: it failed. */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    const { system, log } = this.parts;
    try {
      await work();
    } catch (error) {
      if (this.#failingSince === null) {
        this.#failingSince = system.now();
        log.recurringFails(this.name, error);
      }
      return false;
    }
    if (this.#failingSince !== null) log.recurringWorks(this.name, system.now() - this.#failingSince);
    this.#failingSince = null;
    return true;
  }
}
