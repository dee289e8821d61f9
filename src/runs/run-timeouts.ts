import { Deadlines } from "../domain/deadlines.ts";
import type { System } from "../domain/system.ts";

/** A step of the timer is this part of the timeout, or a second where that is less. A run ends up to two steps late. */
const PART = 1 / 64;
const MAX_STEP_MS = 1_000;

/** How long a step of the timer takes for runs with this timeout, in milliseconds. */
export const stepOf = (timeoutMs: number): number => Math.min(MAX_STEP_MS, timeoutMs * PART);

/** The timeouts of all runs under way: one timer for all runs of the same timeout. */
export class RunTimeouts {
  /** By the timeout in milliseconds. There are no more than agents and the configuration name. */
  readonly #deadlines = new Map<number, Deadlines>();

  constructor(private readonly system: Pick<System, "sleep">) {}

  /** Returns where the deadlines of runs with this timeout belong. */
  of(timeoutMs: number): Deadlines {
    const deadlines = this.#deadlines.get(timeoutMs) ?? new Deadlines(this.system, stepOf(timeoutMs));
    this.#deadlines.set(timeoutMs, deadlines);
    return deadlines;
  }
}
